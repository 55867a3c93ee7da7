#pragma once
#include <cstdint>

#include <pim/core/matrix.hpp>

#ifdef PIM_WITH_ONEDNN
#include <pim/core/gemm_onednn.hpp>
#endif

namespace pim {

/// Dense products by Eigen, one thread. Any scalar.
struct EigenGemm {
  static constexpr const char* name = "Eigen";
  /// Whether multiply_codes is faster than a float32 product.
  static bool has_int8() { return false; }

  /// c (M, N) = a (M, K) * b (K, N); each may be a transposed view: multiply(a.transpose(), b, c)
  template <class A, class B, class C>
  static void multiply(const A& a, const B& b, C&& c) {
    c.noalias() = a * b;
  }
  /// c (M, N) += a (M, K) * b (K, N)
  template <class A, class B, class C>
  static void multiply_add(const A& a, const B& b, C&& c) {
    c.noalias() += a * b;
  }
  /// c (M, N) = a (M, K) * b (K, N), int8 and int32, exact
  template <class A, class B, class C>
  static void multiply_codes(const A& a, const B& b, C&& c) {
    c.setZero();
    for (Index i = 0; i < a.rows(); ++i) {
      for (Index k = 0; k < a.cols(); ++k) {
        const std::int32_t factor = a(i, k);
        for (Index j = 0; j < b.cols(); ++j) c(i, j) += factor * b(k, j);
      }
    }
  }
};

/// The policy that every product of the library goes through: oneDNN's where the build says so (CMake target
/// pim::onednn), else Eigen's. Parallelism is ours, over panels and blocks cut by shape (core/parallel.hpp).
#ifdef PIM_WITH_ONEDNN
using Gemm = OneDNNGemm;
#else
using Gemm = EigenGemm;
#endif

}  // namespace pim
