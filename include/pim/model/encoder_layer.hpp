#pragma once
#include <string>

#include <pim/model/batch.hpp>
#include <pim/model/module_names.hpp>
#include <pim/nn/attention.hpp>
#include <pim/nn/layer_norm.hpp>
#include <pim/nn/linear.hpp>

namespace pim::model {

/// Gradients inside a layer; all layers share one.
template <class T>
struct EncoderScratch {
  nn::Buffer<T> d_branch;        // (B T, C): of what is added to the residual
  nn::Buffer<T> d_intermediate;  // (B T, F)
  nn::Buffer<T> d_context;       // (B T, C)
  nn::Buffer<T> dq, dk, dv;      // (B T, C)
};

/// One layer of a post-norm transformer encoder:
///   a = LayerNorm(x + dropout(dense(attention(query(x), key(x), value(x)))))
///   y = LayerNorm(a + dropout(dense(activation(dense(a)))))
///
/// shapes  x, y (B T, C); inside the feed-forward part (B T, F)
/// source  Vaswani et al. 2017, arXiv 1706.03762, sections 3.1 and 3.3; Devlin et al. 2018, arXiv 1810.04805
template <class T, kernel::MatmulKernel<T> Kernel>
class EncoderLayer {
 public:
  /// make_kernel(std::string_view path) gives the kernel of one linear layer.
  template <class MakeKernel>
  EncoderLayer(const EncoderConfig& config, Index layer, MakeKernel&& make_kernel, nn::BackwardOperands operands)
      : name_(layer_name(config, layer)),
        activation_(config.hidden_act),
        query_(linear(0, config.hidden_size, config.hidden_size, make_kernel, operands)),
        key_(linear(1, config.hidden_size, config.hidden_size, make_kernel, operands)),
        value_(linear(2, config.hidden_size, config.hidden_size, make_kernel, operands)),
        attention_out_(linear(3, config.hidden_size, config.hidden_size, make_kernel, operands)),
        intermediate_(linear(4, config.hidden_size, config.intermediate_size, make_kernel, operands)),
        output_(linear(5, config.intermediate_size, config.hidden_size, make_kernel, operands)),
        attention_(name_ + ".attention.self", config.num_attention_heads, config.attention_dropout),
        attention_norm_(name_ + ".attention.output.LayerNorm", config.hidden_size, config.layer_norm_eps),
        output_norm_(name_ + ".output.LayerNorm", config.hidden_size, config.layer_norm_eps),
        dropout_(config.hidden_dropout) {}

  void initialise(double sigma, const Rng& rng) {
    for_each_linear(
        [&](Index place, auto& linear) { linear.initialise(sigma, rng.at(static_cast<std::uint64_t>(place))); });
    attention_norm_.initialise();
    output_norm_.initialise();
  }
  void program(const Rng& rng, cost::Ledger& ledger) {
    for_each_linear(
        [&](Index place, auto& linear) { linear.program(rng.at(static_cast<std::uint64_t>(place)), ledger); });
  }
  /// x (B T, C) must stay until the backward pass.
  void forward(ConstMatrixRef_<T> x, const nn::PaddingMask& mask, const Rng& rng, bool training, cost::Ledger& ledger) {
    const Index rows = x.rows(), c = x.cols();
    rng_ = rng;
    dropped_ = training && dropout_.active();
    const Rows_<T> in(x, 0, mask.tokens);
    query_.forward(in, q_.resize(rows, c), rng.at(0), ledger);
    key_.forward(in, k_.resize(rows, c), rng.at(1), ledger);
    value_.forward(in, v_.resize(rows, c), rng.at(2), ledger);
    attention_.forward(q_.view(), k_.view(), v_.view(), mask, context_.resize(rows, c), attention_cache_,
                       rng.at(attention_dropout), training, ledger);
    attention_out_.forward({context_.view(), 0, mask.tokens}, attention_norm_cache_.normalised.resize(rows, c),
                           rng.at(3), ledger);
    add_and_norm(x, attention_dropout_out, attention_norm_, attention_norm_cache_, attended_, ".attention.output",
                 ledger);

    intermediate_.forward({attended_.view(), 0, mask.tokens}, slope_.resize(rows, intermediate_.out()), rng.at(4),
                          ledger);
    {
      const cost::Ledger::Scope scope(ledger, name_ + ".intermediate.intermediate_act_fn");
      ledger.add(cost::action::digital_activation, static_cast<std::uint64_t>(rows * intermediate_.out()));
    }
    nn::activate(activation_, slope_, active_);
    output_.forward({active_.view(), 0, mask.tokens}, output_norm_cache_.normalised.resize(rows, c), rng.at(5), ledger);
    add_and_norm(attended_.view(), output_dropout, output_norm_, output_norm_cache_, y_, ".output", ledger);
  }
  typename nn::Buffer<T>::ConstView output() const { return y_.view(); }

  /// d (B T, C), the gradient of y, becomes that of x.
  void backward(ConstMatrixRef_<T> x, const nn::PaddingMask& mask, MatrixRef_<T> d, EncoderScratch<T>& scratch) {
    const Index rows = x.rows(), c = x.cols();
    output_norm_.backward(output_norm_cache_, d);
    const auto d_active = scratch.d_intermediate.resize(rows, intermediate_.out());
    output_.backward(active_.view(), branch(d, output_dropout, scratch), d_active);
    nn::activate_backward(slope_, scratch.d_intermediate);
    intermediate_.backward(attended_.view(), d_active, d, nn::Into::add);

    attention_norm_.backward(attention_norm_cache_, d);
    const auto d_context = scratch.d_context.resize(rows, c);
    attention_out_.backward(context_.view(), branch(d, attention_dropout_out, scratch), d_context);
    const auto dq = scratch.dq.resize(rows, c), dk = scratch.dk.resize(rows, c), dv = scratch.dv.resize(rows, c);
    attention_.backward(q_.view(), k_.view(), v_.view(), mask, d_context, attention_cache_, dq, dk, dv);
    query_.backward(x, dq, d, nn::Into::add);
    key_.backward(x, dk, d, nn::Into::add);
    value_.backward(x, dv, d, nn::Into::add);
  }

  nn::Parameters<T> parameters() {
    nn::Parameters<T> list;
    nn::append(list, query_, key_, value_, attention_out_, attention_norm_, intermediate_, output_, output_norm_);
    return list;
  }

 private:
  using Linear = nn::Linear<T, Kernel>;
  /// Places of the layer's random numbers: 0 to 5 the linear layers, then
  enum Place : std::uint64_t { attention_dropout = 6, attention_dropout_out = 7, output_dropout = 8 };

  template <class MakeKernel>
  Linear linear(std::size_t place, Index in, Index out, MakeKernel&& make_kernel, nn::BackwardOperands operands) const {
    const std::string path = name_ + '.' + encoder_layer_linears[place];
    return Linear(path, in, out, make_kernel(path), operands);
  }
  template <class Visit>
  void for_each_linear(const Visit& visit) {
    Index place = 0;
    for (Linear* linear : {&query_, &key_, &value_, &attention_out_, &intermediate_, &output_}) visit(place++, *linear);
  }
  /// y = LayerNorm(residual + dropout(branch)); the branch stands in cache.normalised.
  void add_and_norm(ConstMatrixRef_<T> residual, Place place, const nn::LayerNorm<T>& norm,
                    typename nn::LayerNorm<T>::Cache& cache, nn::Buffer<T>& y, const char* scope_name,
                    cost::Ledger& ledger) {
    const auto sum = cache.normalised.view();
    if (dropped_) dropout_.apply(rng_.at(place), sum, sum);
    {
      const cost::Ledger::Scope scope(ledger, name_ + scope_name);
      ledger.add(cost::action::digital_add, static_cast<std::uint64_t>(sum.size()));
    }
    norm.forward(residual, cache, y.resize(sum.rows(), sum.cols()), ledger);
  }
  /// The gradient before the dropout of a branch, d being that of the sum.
  ConstMatrixRef_<T> branch(ConstMatrixRef_<T> d, Place place, EncoderScratch<T>& scratch) const {
    if (!dropped_) return d;
    const auto result = scratch.d_branch.resize(d.rows(), d.cols());
    dropout_.apply(rng_.at(place), d, result);
    return result;
  }

  std::string name_;
  nn::Activation activation_;
  Linear query_, key_, value_, attention_out_, intermediate_, output_;
  nn::SelfAttention<T> attention_;
  nn::LayerNorm<T> attention_norm_, output_norm_;
  nn::Dropout<T> dropout_;

  Rng rng_{0};  // of the last forward pass, as all below
  bool dropped_ = false;
  nn::Buffer<T> q_, k_, v_, context_, attended_, y_;  // (B T, C)
  nn::Buffer<T> slope_, active_;                      // (B T, F)
  typename nn::SelfAttention<T>::Cache attention_cache_;
  typename nn::LayerNorm<T>::Cache attention_norm_cache_, output_norm_cache_;
};

}  // namespace pim::model
