#pragma once
#include <dnnl.h>
#include <omp.h>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <dnnl.hpp>

#include <pim/core/matrix.hpp>

namespace pim {

/// One product of a given shape by oneDNN's matmul primitive, which compiles code for it. Against the BLAS function it
/// gains up to a third where c has few columns, and about a twentieth where b is transposed (Zen 4, AVX-512).
class OneDNNMatmul {
 public:
  using DataType = dnnl::memory::data_type;
  /// Sizes, and the steps from row to row and from column to column.  [elements]
  struct Shape {
    Index m, n, k, a_row, a_col, b_row, b_col, c_row;
    bool add;                ///< c += a b, else c = a b
    DataType factors, sums;  ///< of a and b, of c

    auto operator<=>(const Shape&) const = default;
  };

  explicit OneDNNMatmul(const Shape& s)
      : a_({{s.m, s.k}, s.factors, {s.a_row, s.a_col}}, engine(), nullptr),
        b_({{s.k, s.n}, s.factors, {s.b_row, s.b_col}}, engine(), nullptr),
        c_({{s.m, s.n}, s.sums, {s.c_row, 1}}, engine(), nullptr),
        matmul_({{a_.get_desc(), b_.get_desc(), c_.get_desc()}, attributes(s.add), engine()}) {}

  void operator()(const void* a, const void* b, void* c) {
    a_.set_data_handle(const_cast<void*>(a));
    b_.set_data_handle(const_cast<void*>(b));
    c_.set_data_handle(c);
    thread_local dnnl::stream stream(engine());
    matmul_.execute(stream, {{DNNL_ARG_SRC, a_}, {DNNL_ARG_WEIGHTS, b_}, {DNNL_ARG_DST, c_}});
  }
  /// The calling thread's product of this shape, kept for later calls; beyond 256 shapes it begins anew.
  static OneDNNMatmul& of(const Shape& shape) {
    constexpr std::size_t most = 256;
    thread_local std::map<Shape, OneDNNMatmul> known;
    if (known.size() >= most && !known.contains(shape)) known.clear();
    return known.try_emplace(shape, shape).first->second;
  }

 private:
  /// Never destroyed: the pool's threads, with products of their own, may end after other static objects.
  static const dnnl::engine& engine() {
    static const auto& cpu = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
    return cpu;
  }
  static dnnl::primitive_attr attributes(bool add) {
    dnnl::primitive_attr attributes;
    if (!add) return attributes;
    dnnl::post_ops sum;
    sum.append_sum(1.0F);
    attributes.set_post_ops(sum);
    return attributes;
  }

  dnnl::memory a_, b_, c_;
  dnnl::matmul matmul_;
};

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
    if (compiled(a, b)) {
      OneDNNMatmul::of(shape(a, b, c, false))(a.data(), b.data(), c.data());
      return;
    }
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
  /// Whether a product is worth code of its own.
  template <class A, class B>
  static bool compiled(const A&, const B& b) {
    constexpr Index few_columns = 64;
    return A::IsRowMajor && (!B::IsRowMajor || b.cols() <= few_columns);
  }
  template <class A, class B, class C>
  static OneDNNMatmul::Shape shape(const A& a, const B& b, const C& c, bool add) {
    using DataType = OneDNNMatmul::DataType;
    constexpr bool codes = std::is_same_v<typename A::Scalar, std::int8_t>;
    const auto steps = [](const auto& m) {
      const Index step = std::max<Index>(m.outerStride(), m.innerSize());  // of one row, Eigen keeps any
      return std::remove_cvref_t<decltype(m)>::IsRowMajor ? std::pair<Index, Index>(step, 1)
                                                          : std::pair<Index, Index>(1, step);
    };
    const auto [a_row, a_col] = steps(a);
    const auto [b_row, b_col] = steps(b);
    return {.m = a.rows(),
            .n = b.cols(),
            .k = a.cols(),
            .a_row = a_row,
            .a_col = a_col,
            .b_row = b_row,
            .b_col = b_col,
            .c_row = c.outerStride(),
            .add = add,
            .factors = codes ? DataType::s8 : DataType::f32,
            .sums = codes ? DataType::s32 : DataType::f32};
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
      if (compiled(a, b)) {
        OneDNNMatmul::of(shape(a, b, c, beta != 0.0F))(a.data(), b.data(), c.data());
        return;
      }
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
