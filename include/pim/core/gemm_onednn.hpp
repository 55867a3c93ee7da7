#pragma once
#include <dnnl.h>
#include <omp.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <pim/core/matrix.hpp>

namespace pim {

/// Dense products by oneDNN, one thread: float32, and int8 with int32 sums. Other scalars go to Eigen.
struct OneDNNGemm {
  static constexpr const char* name = "oneDNN";
  /// Whether multiply_codes is faster than a float32 product. Without the instructions of AVX-512 VNNI, oneDNN adds
  /// products in 16 bits and saturates; then it is Eigen's.
  static bool has_int8() {
    static const bool vnni =
        (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_vnni) == dnnl_cpu_isa_avx512_core_vnni;
    return vnni;
  }

  /// c (M, N) = a (M, K) * b (K, N); each may be a transposed view: multiply(a.transpose(), b, c)
  template <class A, class B, class C>
  static void multiply(const A& a, const B& b, C&& c) {
    run(a, b, c, 0.0F);
  }
  /// c (M, N) += a (M, K) * b (K, N)
  template <class A, class B, class C>
  static void multiply_add(const A& a, const B& b, C&& c) {
    run(a, b, c, 1.0F);
  }
  /// c (M, N) = a (M, K) * b (K, N), exact
  static void multiply_codes(const ConstMatrixRef_<std::int8_t>& a, const ConstMatrixRef_<std::int8_t>& b,
                             MatrixRef_<std::int32_t> c) {
    if (!has_int8()) {
      c.noalias() = a.cast<std::int32_t>() * b.cast<std::int32_t>();
      return;
    }
    const OneThread one_thread;
    const std::int32_t zero = 0;
    check(dnnl_gemm_s8s8s32('N', 'N', 'F', a.rows(), b.cols(), a.cols(), 1.0F, a.data(), a.outerStride(), 0, b.data(),
                            b.outerStride(), 0, 0.0F, c.data(), c.outerStride(), &zero));
  }

 private:
  /// oneDNN would start its own OpenMP threads.
  struct OneThread {
    int before = omp_get_max_threads();
    OneThread() { omp_set_num_threads(1); }
    ~OneThread() { omp_set_num_threads(before); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;
  };
  static void check(dnnl_status_t status) {
    if (status != dnnl_success) throw std::runtime_error("oneDNN refused a product: status " + std::to_string(status));
  }
  template <class A, class B, class C>
  static void run(const A& a, const B& b, C&& c, float beta) {
    if (c.size() == 0) return;
    if (a.cols() == 0) {
      if (beta == 0.0F) c.setZero();
      return;
    }
    if constexpr (std::is_same_v<typename A::Scalar, float>) {
      const OneThread one_thread;
      check(dnnl_sgemm(A::IsRowMajor ? 'N' : 'T', B::IsRowMajor ? 'N' : 'T', c.rows(), c.cols(), a.cols(), 1.0F,
                       a.data(), a.outerStride(), b.data(), b.outerStride(), beta, c.data(), c.outerStride()));
    } else if (beta == 0.0F) {
      c.noalias() = a * b;
    } else {
      c.noalias() += a * b;
    }
  }
};

}  // namespace pim
