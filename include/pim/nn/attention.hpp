#pragma once
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/nn/activation.hpp>
#include <pim/nn/buffer.hpp>
#include <pim/nn/dropout.hpp>
#include <pim/nn/lanes.hpp>
#include <pim/nn/small_product.hpp>

namespace pim::nn {

/// Which tokens of a batch (B, T) are real; the others are padding, which no token attends to.
struct PaddingMask {
  Index examples = 0;                  ///< B
  Index tokens = 0;                    ///< T
  std::span<const std::uint8_t> real;  ///< (B, T), 1 or 0; at least one 1 in each example

  bool is_real(Index example, Index token) const {
    return real[static_cast<std::size_t>(example * tokens + token)] != 0;
  }
  /// One past the last real token of an example.
  Index length(Index example) const {
    Index n = tokens;
    while (n > 0 && !is_real(example, n - 1)) --n;
    return n;
  }
};

/// Scaled dot-product self-attention: of each head, dropout(softmax(q k^T / sqrt(d))) v over the real tokens.
///
/// shapes  q, k, v, context (B T, C); head h owns columns [h d, (h + 1) d), d = C / heads
/// ledger  under the layer's name: digital_mac 2 B T T C, digital_softmax and digital_scale B heads T T
/// threads over (example, head)
/// source  Vaswani et al. 2017, arXiv 1706.03762, section 3.2
template <class T>
class SelfAttention {
 public:
  /// What the backward pass needs of one forward pass, besides q, k and v.
  struct Cache {
    Buffer<T> probabilities;  // (B heads T, padded T), before dropout; columns beyond the last real token undefined
    Rng key{0};
    bool dropped = false;
  };

  SelfAttention(std::string name, Index heads, double dropout)
      : name_(std::move(name)), heads_(heads), dropout_(dropout) {}

  void forward(ConstMatrixRef_<T> q, ConstMatrixRef_<T> k, ConstMatrixRef_<T> v, const PaddingMask& mask,
               MatrixRef_<T> context, Cache& cache, const Rng& key, bool training, cost::Ledger& ledger) const {
    const Index tokens = mask.tokens, d = q.cols() / heads_, dp = padded_columns(d), tp = padded_columns(tokens);
    const cost::Ledger::Scope scope(ledger, name_);
    const auto scores = static_cast<std::uint64_t>(mask.examples * heads_ * tokens * tokens);
    ledger.add(cost::action::digital_mac, 2 * scores * static_cast<std::uint64_t>(d));
    ledger.add(cost::action::digital_scale, scores);
    ledger.add(cost::action::digital_softmax, scores);
    cache.key = key;
    cache.dropped = training && dropout_.active();
    cache.probabilities.resize(mask.examples * heads_ * tokens, tp);
    parallel_for(mask.examples * heads_, [&](Index task) {
      const Head head = place(task, mask, d);
      const Index keys = padded_columns(head.keys);
      thread_local Buffer<T> kt_memory, v_memory, out_memory, dropped_memory, keep_memory;
      T* const kt = pack_transposed(k, head, kt_memory.resize(dp, tp));
      T* const vh = pack(v, head, v_memory.resize(tokens, dp));
      T* const keep = fill_keep(mask, head, keep_memory.resize(1, tp));
      T* const p = cache.probabilities.row(task * tokens);
      small_product<T>(tokens, keys, d, strided(q, head), kt, tp, p, tp);
      for (Index i = 0; i < tokens; ++i) softmax(p + i * tp, keep, keys, scale(d));
      const T* const used = dropped(cache, task, p, tokens, tp, dropped_memory);
      T* const out = out_memory.resize(tokens, dp).data();
      small_product<T>(tokens, dp, head.keys, {used, tp, 1}, vh, dp, out, dp);
      unpack(out, dp, head, tokens, context);
    });
  }

  /// dq, dk, dv (B T, C) from the gradient of the context
  void backward(ConstMatrixRef_<T> q, ConstMatrixRef_<T> k, ConstMatrixRef_<T> v, const PaddingMask& mask,
                ConstMatrixRef_<T> d_context, const Cache& cache, MatrixRef_<T> dq, MatrixRef_<T> dk,
                MatrixRef_<T> dv) const {
    const Index tokens = mask.tokens, d = q.cols() / heads_, dp = padded_columns(d), tp = padded_columns(tokens);
    parallel_for(mask.examples * heads_, [&](Index task) {
      const Head head = place(task, mask, d);
      const Index keys = padded_columns(head.keys);
      thread_local Buffer<T> in_memory, vt_memory, out_memory, dropped_memory, ds_memory;
      const T* const p = cache.probabilities.row(task * tokens);
      T* const vt = pack_transposed(v, head, vt_memory.resize(dp, tp));
      T* const in = in_memory.resize(tokens, dp).data();
      T* const out = out_memory.resize(tokens, dp).data();
      T* const ds = ds_memory.resize(tokens, tp).data();

      const T* const used = dropped(cache, task, p, tokens, tp, dropped_memory);
      pack(d_context, head, in_memory.view());
      product_over_queries(used, tp, in, dp, head.keys, tokens, out);  // dv (T, d) = p^T d_context
      unpack(out, dp, head, tokens, dv);

      small_product<T>(tokens, keys, d, strided(d_context, head), vt, tp, ds, tp);  // dp (T, T)
      if (cache.dropped) dropout_.apply(cache.key, first(task, tokens, tp), ds, ds, tokens * tp);
      for (Index i = 0; i < tokens; ++i) softmax_backward(p + i * tp, ds + i * tp, keys, scale(d));

      pack(k, head, in_memory.view());
      small_product<T>(tokens, dp, head.keys, {ds, tp, 1}, in, dp, out, dp);  // dq (T, d) = ds k
      unpack(out, dp, head, tokens, dq);
      pack(q, head, in_memory.view());
      product_over_queries(ds, tp, in, dp, head.keys, tokens, out);  // dk (T, d) = ds^T q
      unpack(out, dp, head, tokens, dk);
    });
  }

 private:
  /// Where one head of one example stands in a (B T, C) matrix.
  struct Head {
    Index example, row, column, width;
    Index keys;  ///< tokens up to the last real one
  };
  Head place(Index task, const PaddingMask& mask, Index d) const {
    const Index example = task / heads_;
    return {example, example * mask.tokens, task % heads_ * d, d, mask.length(example)};
  }
  static T scale(Index d) { return T(1) / std::sqrt(static_cast<T>(d)); }
  static Strided<T> strided(const ConstMatrixRef_<T>& m, const Head& head) {
    return {m.data() + head.row * m.outerStride() + head.column, m.outerStride(), 1};
  }

  /// block (T, padded d) = the head's columns, zero in the padding
  static T* pack(const ConstMatrixRef_<T>& m, const Head& head, typename Buffer<T>::View block) {
    for (Index i = 0; i < block.rows(); ++i) {
      const T* const row = m.data() + (head.row + i) * m.outerStride() + head.column;
      T* const to = block.data() + i * block.cols();
      std::fill(std::copy_n(row, head.width, to), to + block.cols(), T(0));
    }
    return block.data();
  }
  /// block (padded d, padded T) = the head's columns transposed, zero beyond the last real token
  static T* pack_transposed(const ConstMatrixRef_<T>& m, const Head& head, typename Buffer<T>::View block) {
    block.setZero();
    block.topLeftCorner(head.width, head.keys) = m.block(head.row, head.column, head.keys, head.width).transpose();
    return block.data();
  }
  static void unpack(const T* block, Index stride, const Head& head, Index tokens, MatrixRef_<T>& m) {
    for (Index i = 0; i < tokens; ++i) std::copy_n(block + i * stride, head.width, &m(head.row + i, head.column));
  }
  /// out (T, dp) = p (queries, keys)^T in (queries, dp), zero below the last key
  static void product_over_queries(const T* p, Index tp, const T* in, Index dp, Index keys, Index tokens, T* out) {
    small_product<T>(keys, dp, tokens, {p, 1, tp}, in, dp, out, dp);
    std::fill(out + keys * dp, out + tokens * dp, T(0));
  }
  static T* fill_keep(const PaddingMask& mask, const Head& head, typename Buffer<T>::View keep) {
    for (Index j = 0; j < keep.cols(); ++j) {
      keep(0, j) = j < head.keys && mask.is_real(head.example, j) ? T(1) : T(0);
    }
    return keep.data();
  }

  /// s (n) becomes softmax(s * scale) over the elements whose keep is 1, and 0 elsewhere
  static void softmax(T* s, const T* keep, Index n, T scale) {
    constexpr T low = std::numeric_limits<T>::lowest();
    const T top = lane_max<T>(n, low, [&](Index j) { return keep[j] > T(0) ? s[j] : low; });
    for (Index j = 0; j < n; ++j) s[j] = exponential((s[j] - top) * scale) * keep[j];
    const T inverse = T(1) / lane_sum<T>(n, [&](Index j) { return s[j]; });
    for (Index j = 0; j < n; ++j) s[j] *= inverse;
  }
  /// g (n), the gradient of p = softmax(s * scale), becomes that of s
  static void softmax_backward(const T* p, T* g, Index n, T scale) {
    const T along = lane_sum<T>(n, [&](Index j) { return p[j] * g[j]; });
    for (Index j = 0; j < n; ++j) g[j] = p[j] * (g[j] - along) * scale;
  }

  static std::uint64_t first(Index task, Index tokens, Index tp) {
    return static_cast<std::uint64_t>(task * tokens * tp);
  }
  /// The probabilities after dropout: p itself where nothing is dropped.
  const T* dropped(const Cache& cache, Index task, const T* p, Index tokens, Index tp, Buffer<T>& memory) const {
    if (!cache.dropped) return p;
    T* const out = memory.resize(tokens, tp).data();
    dropout_.apply(cache.key, first(task, tokens, tp), p, out, tokens * tp);
    return out;
  }

  std::string name_;
  Index heads_;
  Dropout<T> dropout_;
};

}  // namespace pim::nn
