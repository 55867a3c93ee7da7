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
  /// What the backward pass needs of one forward pass, besides x; y is the result.
  struct Cache {
    Rng rng{0};
    bool dropped = false;
    nn::Buffer<T> q, k, v, context, attended, y;  // (B T, C)
    nn::Buffer<T> slope, active;                  // (B T, F): of the activation function, and its value
    typename nn::SelfAttention<T>::Cache attention;
    typename nn::LayerNorm<T>::Cache attention_norm, output_norm;
  };

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
  /// cache.y (B T, C) from x (B T, C), which must stay as it is until the backward pass
  void forward(ConstMatrixRef_<T> x, const nn::PaddingMask& mask, const Rng& rng, bool training, Cache& cache,
               cost::Ledger& ledger) {
    const Index rows = x.rows(), c = x.cols();
    cache.rng = rng;
    cache.dropped = training && dropout_.active();
    const auto in_sequences = [&](ConstMatrixRef_<T> m) { return Rows_<T>(m, 0, mask.tokens); };
    query_.forward(in_sequences(x), cache.q.resize(rows, c), rng.at(0), ledger);
    key_.forward(in_sequences(x), cache.k.resize(rows, c), rng.at(1), ledger);
    value_.forward(in_sequences(x), cache.v.resize(rows, c), rng.at(2), ledger);
    const auto context = cache.context.resize(rows, c);
    attention_.forward(cache.q.view(), cache.k.view(), cache.v.view(), mask, context, cache.attention,
                       rng.at(probabilities_dropout), training, ledger);
    attention_out_.forward(in_sequences(context), cache.attention_norm.normalised.resize(rows, c), rng.at(3), ledger);
    const auto attended = cache.attended.resize(rows, c);
    add_and_norm(x, attention_dropout, attention_norm_, cache, cache.attention_norm, attended, ".attention.output",
                 ledger);

    const auto slope = cache.slope.resize(rows, intermediate_.out());
    intermediate_.forward(in_sequences(attended), slope, rng.at(4), ledger);
    {
      const cost::Ledger::Scope scope(ledger, name_ + ".intermediate.intermediate_act_fn");
      ledger.add(cost::action::digital_activation, static_cast<std::uint64_t>(slope.size()));
    }
    nn::activate(activation_, cache.slope, cache.active);
    output_.forward(in_sequences(cache.active.view()), cache.output_norm.normalised.resize(rows, c), rng.at(5), ledger);
    add_and_norm(attended, output_dropout, output_norm_, cache, cache.output_norm, cache.y.resize(rows, c), ".output",
                 ledger);
  }

  /// d (B T, C), the gradient of y, becomes that of x.
  void backward(ConstMatrixRef_<T> x, const nn::PaddingMask& mask, const Cache& cache, MatrixRef_<T> d,
                EncoderScratch<T>& scratch) {
    const Index rows = x.rows(), c = x.cols();
    output_norm_.backward(cache.output_norm, d);
    const auto d_active = scratch.d_intermediate.resize(rows, intermediate_.out());
    output_.backward(cache.active.view(), branch(d, output_dropout, cache, scratch), d_active);
    nn::activate_backward(cache.slope, scratch.d_intermediate);
    intermediate_.backward(cache.attended.view(), d_active, d, nn::Into::add);

    attention_norm_.backward(cache.attention_norm, d);
    const auto d_context = scratch.d_context.resize(rows, c);
    attention_out_.backward(cache.context.view(), branch(d, attention_dropout, cache, scratch), d_context);
    const auto dq = scratch.dq.resize(rows, c), dk = scratch.dk.resize(rows, c), dv = scratch.dv.resize(rows, c);
    attention_.backward(cache.q.view(), cache.k.view(), cache.v.view(), mask, d_context, cache.attention, dq, dk, dv);
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
  enum Place : std::uint64_t { probabilities_dropout = 6, attention_dropout = 7, output_dropout = 8 };

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
  /// y = LayerNorm(residual + dropout(branch)); the branch stands in of_norm.normalised.
  void add_and_norm(ConstMatrixRef_<T> residual, Place place, const nn::LayerNorm<T>& norm, const Cache& cache,
                    typename nn::LayerNorm<T>::Cache& of_norm, MatrixRef_<T> y, const char* scope_name,
                    cost::Ledger& ledger) const {
    if (cache.dropped) dropout_.apply(cache.rng.at(place), of_norm.normalised.view(), of_norm.normalised.view());
    {
      const cost::Ledger::Scope scope(ledger, name_ + scope_name);
      ledger.add(cost::action::digital_add, static_cast<std::uint64_t>(y.size()));
    }
    norm.forward(residual, of_norm, y, ledger);
  }
  /// The gradient before the dropout of a branch, d being that of the sum.
  ConstMatrixRef_<T> branch(ConstMatrixRef_<T> d, Place place, const Cache& cache, EncoderScratch<T>& scratch) const {
    if (!cache.dropped) return d;
    const auto result = scratch.d_branch.resize(d.rows(), d.cols());
    dropout_.apply(cache.rng.at(place), d, result);
    return result;
  }

  std::string name_;
  nn::Activation activation_;
  Linear query_, key_, value_, attention_out_, intermediate_, output_;
  nn::SelfAttention<T> attention_;
  nn::LayerNorm<T> attention_norm_, output_norm_;
  nn::Dropout<T> dropout_;
};

}  // namespace pim::model
