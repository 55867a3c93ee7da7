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
    const Index tokens = mask.tokens, d = q.cols() / heads_, tp = padded_columns(tokens);
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
      thread_local Buffer<T> kt_memory, v_memory, out_memory, dropped_memory, bias_memory;
      const T* const kt = pack_transposed(k, head, kt_memory.resize(d, tp));
      const T* const bias = fill_bias(mask, head, bias_memory.resize(1, tp));
      T* const p = cache.probabilities.row(task * tokens);
      small_product<T>(tokens, keys, d, strided(q, head), kt, tp, p, tp);
      for (Index i = 0; i < tokens; ++i) softmax(p + i * tp, bias, keys, scale(d));
      const T* const used = dropped(cache, task, p, tokens, tp, dropped_memory);
      const HeadRows vh = whole_rows(v, head, v_memory);
      const HeadResult out = whole_rows(context, head, out_memory);
      small_product<T>(tokens, out.width, head.keys, {used, tp, 1}, vh.data, vh.stride, out.data, out.stride);
      unpack(out, head, context);
    });
  }

  /// dq, dk, dv (B T, C) from the gradient of the context
  void backward(ConstMatrixRef_<T> q, ConstMatrixRef_<T> k, ConstMatrixRef_<T> v, const PaddingMask& mask,
                ConstMatrixRef_<T> d_context, const Cache& cache, MatrixRef_<T> dq, MatrixRef_<T> dk,
                MatrixRef_<T> dv) const {
    const Index tokens = mask.tokens, d = q.cols() / heads_, tp = padded_columns(tokens);
    parallel_for(mask.examples * heads_, [&](Index task) {
      const Head head = place(task, mask, d);
      const Index keys = padded_columns(head.keys);
      thread_local Buffer<T> q_memory, k_memory, g_memory, vt_memory, out_memory, dropped_memory, ds_memory;
      const T* const p = cache.probabilities.row(task * tokens);
      T* const ds = ds_memory.resize(tokens, tp).data();
      const auto over_queries = [&](const T* a, const ConstMatrixRef_<T>& b, Buffer<T>& memory, MatrixRef_<T>& to) {
        const HeadRows rows = whole_rows(b, head, memory);
        const HeadResult out = whole_rows(to, head, out_memory);
        small_product<T>(head.keys, out.width, tokens, {a, 1, tp}, rows.data, rows.stride, out.data, out.stride);
        for (Index j = head.keys; j < tokens; ++j) std::fill_n(out.data + j * out.stride, out.width, T(0));
        unpack(out, head, to);
      };
      over_queries(dropped(cache, task, p, tokens, tp, dropped_memory), d_context, g_memory, dv);  // dv = p^T d_context

      const T* const vt = pack_transposed(v, head, vt_memory.resize(d, tp));
      small_product<T>(tokens, keys, d, strided(d_context, head), vt, tp, ds, tp);  // dp (T, T) = d_context v^T
      if (cache.dropped) dropout_.apply(cache.key, first(task, tokens, tp), ds, ds, tokens * tp);
      for (Index i = 0; i < tokens; ++i) softmax_backward(p + i * tp, ds + i * tp, keys, scale(d));

      const HeadRows kh = whole_rows(k, head, k_memory);
      const HeadResult out = whole_rows(dq, head, out_memory);
      small_product<T>(tokens, out.width, head.keys, {ds, tp, 1}, kh.data, kh.stride, out.data,
                       out.stride);  // dq = ds k
      unpack(out, head, dq);
      over_queries(ds, q, q_memory, dk);  // dk = ds^T q
    });
  }

 private:
  /// Where one head of one example stands in a (B T, C) matrix.
  struct Head {
    Index example, row, column, width;
    Index tokens, keys;  ///< all, and up to the last real one
  };
  Head place(Index task, const PaddingMask& mask, Index d) const {
    const Index example = task / heads_;
    return {example, example * mask.tokens, task % heads_ * d, d, mask.tokens, mask.length(example)};
  }
  static T scale(Index d) { return T(1) / std::sqrt(static_cast<T>(d)); }
  static Strided<T> strided(const ConstMatrixRef_<T>& m, const Head& head) {
    return {m.data() + head.row * m.outerStride() + head.column, m.outerStride(), 1};
  }

  /// A head's rows in whole vectors: in place where the head's width is a multiple of them, else in memory of its own.
  struct HeadRows {
    const T* data;
    Index stride;
  };
  struct HeadResult {
    T* data;
    Index stride, width;
  };
  static HeadRows whole_rows(const ConstMatrixRef_<T>& m, const Head& head, Buffer<T>& memory) {
    if (head.width % column_multiple == 0) return {strided(m, head).data, m.outerStride()};
    auto block = memory.resize(head.tokens, padded_columns(head.width));
    block.setZero();
    block.leftCols(head.width) = m.block(head.row, head.column, head.tokens, head.width);
    return {block.data(), block.cols()};
  }
  static HeadResult whole_rows(MatrixRef_<T>& m, const Head& head, Buffer<T>& memory) {
    if (head.width % column_multiple == 0) return {&m(head.row, head.column), m.outerStride(), head.width};
    auto block = memory.resize(head.tokens, padded_columns(head.width));
    return {block.data(), block.cols(), block.cols()};
  }
  /// Copies a result to its place in m unless it was made there.
  static void unpack(const HeadResult& out, const Head& head, MatrixRef_<T>& m) {
    if (head.width % column_multiple == 0) return;
    m.block(head.row, head.column, head.tokens, head.width) =
        Eigen::Map<const Matrix_<T>>(out.data, head.tokens, out.width).leftCols(head.width);
  }
  /// block (d, padded T) = the head's columns transposed, zero beyond the last real token
  static const T* pack_transposed(const ConstMatrixRef_<T>& m, const Head& head, typename Buffer<T>::View block) {
    block.setZero();
    block.leftCols(head.keys) = m.block(head.row, head.column, head.keys, head.width).transpose();
    return block.data();
  }
  /// bias (1, padded T): 0 for real tokens, else so low that no score matters
  static const T* fill_bias(const PaddingMask& mask, const Head& head, typename Buffer<T>::View bias) {
    bias.setConstant(std::numeric_limits<T>::lowest() / T(2));
    for (Index j = 0; j < head.keys; ++j) {
      if (mask.is_real(head.example, j)) bias(0, j) = T(0);
    }
    return bias.data();
  }

  /// s (n) becomes softmax((s + bias) * scale), exactly 0 where bias is not 0; n is a multiple of 16
  static void softmax(T* s, const T* bias, Index n, T scale) {
    const T top = lane_max<T>(n, std::numeric_limits<T>::lowest(), [=](auto at) { return at(s) + at(bias); });
    Lanes<T> sum = Lanes<T>::Zero();
    for (Index j = 0; j < n; j += lanes) {
      const Lanes<T> below = (LanesAt{j}(s) + LanesAt{j}(bias)-top) * scale;
      Lanes<T> e;
      for (Index l = 0; l < lanes; ++l) e[l] = bias[j + l] < T(0) ? T(0) : exponential(below[l]);
      sum += e;
      Eigen::Map<Lanes<T>> to(s + j);
      to = e;
    }
    const T inverse = T(1) / sum.sum();
    for (Index j = 0; j < n; ++j) s[j] *= inverse;
  }
  /// g (n), the gradient of p = softmax(s * scale), becomes that of s
  static void softmax_backward(const T* p, T* g, Index n, T scale) {
    const T along = lane_sum<T>(n, [=](auto at) { return at(p) * at(g); });
    for (Index j = 0; j < n; ++j) g[j] = p[j] * (g[j] - along) * scale;
  }

  /// Number of a head's first element for dropout.
  static std::uint64_t first(Index task, Index tokens, Index tp) {
    return static_cast<std::uint64_t>(task * ceil_div(tokens * tp, Dropout<T>::block) * Dropout<T>::block);
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
