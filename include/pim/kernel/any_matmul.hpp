#pragma once
#include <utility>
#include <variant>

#include <pim/kernel/matmul.hpp>

namespace pim::kernel {

/// A product on one of several tile types, chosen at run time: what a configuration file picks from.
template <tile::Tile... Tiles>
class AnyMatmul {
 public:
  template <class Kernel>
  AnyMatmul(Kernel kernel) : kernel_(std::move(kernel)) {}  // NOLINT(google-explicit-constructor)

  void program(ConstMatrixRef w, const Rng& rng, cost::Ledger& ledger) {
    std::visit([&](auto& k) { k.program(w, rng, ledger); }, kernel_);
  }
  void multiply(const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) {
    std::visit([&](auto& k) { k.multiply(x, y, rng, ledger); }, kernel_);
  }
  void weights(MatrixRef w) const {
    std::visit([&](const auto& k) { k.weights(w); }, kernel_);
  }

 private:
  std::variant<Matmul<Tiles>...> kernel_;
};

}  // namespace pim::kernel
