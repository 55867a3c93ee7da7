// What a program outside of this repository does with the library.
#include <cstdio>
#include <filesystem>
#include <pim/core/gemm.hpp>
#include <pim/core/random.hpp>

int main() {
  const pim::Rng rng(42);
  const pim::Matrix x = pim::normal_matrix(4, 8, rng.at(0));  // (M, K)
  const pim::Matrix w = pim::normal_matrix(8, 3, rng.at(1));  // (K, N)
  pim::Matrix y(4, 3);                                        // (M, N)
  pim::Gemm::multiply(x, w, y);
  if ((y - x.lazyProduct(w)).cwiseAbs().maxCoeff() > 1e-5F) {
    std::fprintf(stderr, "the product is wrong\n");
    return 1;
  }
  if (!std::filesystem::is_directory(PIM_MODEL_DIR)) {
    std::fprintf(stderr, "no bundled models in %s\n", PIM_MODEL_DIR);
    return 1;
  }
  std::puts(PIM_MODEL_DIR);
  return 0;
}
