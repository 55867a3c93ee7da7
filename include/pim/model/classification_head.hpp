#pragma once
#include <pim/model/module_names.hpp>
#include <pim/nn/activation.hpp>
#include <pim/nn/dropout.hpp>
#include <pim/nn/linear.hpp>

namespace pim::model {

/// Logits of each example from the encoder's output of its first token:
///   RoBERTa  out_proj(dropout(tanh(dense(dropout(x)))))
///   BERT     classifier(dropout(tanh(pooler.dense(x))))
template <class T, kernel::MatmulKernel<T> Kernel>
class ClassificationHead {
 public:
  template <class MakeKernel>
  ClassificationHead(const EncoderConfig& config, MakeKernel&& make_kernel, nn::BackwardOperands operands)
      : drops_input_(config.architecture == Architecture::roberta),
        dense_(head_names(config).dense, config.hidden_size, config.hidden_size, make_kernel(head_names(config).dense),
               operands),
        out_(head_names(config).out, config.hidden_size, config.num_labels(), make_kernel(head_names(config).out),
             operands),
        dropout_(config.classifier_dropout) {}

  void initialise(double sigma, const Rng& rng) {
    dense_.initialise(sigma, rng.at(0));
    out_.initialise(sigma, rng.at(1));
  }
  void program(const Rng& rng, cost::Ledger& ledger) {
    dense_.program(rng.at(0), ledger);
    out_.program(rng.at(1), ledger);
  }
  /// x (B T, C), T = tokens; logits() is (B, labels) afterwards
  void forward(ConstMatrixRef_<T> x, Index tokens, const Rng& rng, bool training, cost::Ledger& ledger) {
    const Index batch = x.rows() / tokens, c = x.cols();
    rng_ = rng;
    dropped_ = training && dropout_.active();
    auto first = first_.resize(batch, c), hidden = hidden_.resize(batch, c), dropped = hidden_dropped_.resize(batch, c);
    for (Index b = 0; b < batch; ++b) first.row(b) = x.row(b * tokens);
    if (dropped_ && drops_input_) dropout_.apply(rng.at(input_dropout), first, first);
    dense_.forward(first, hidden, rng.at(0), ledger);
    {
      const cost::Ledger::Scope scope(ledger, dense_.name());
      ledger.add(cost::action::digital_activation, static_cast<std::uint64_t>(hidden.size()));
    }
    nn::tanh_forward<T>(hidden);
    if (dropped_) {
      dropout_.apply(rng.at(hidden_dropout), hidden, dropped);
    } else {
      dropped = hidden;
    }
    out_.forward(dropped, logits_.resize(batch, out_.out()), rng.at(1), ledger);
  }
  typename nn::Buffer<T>::ConstView logits() const { return logits_.view(); }
  /// dx (B T, C) from the gradient of the logits: zero but at first tokens
  void backward(ConstMatrixRef_<T> d_logits, Index tokens, MatrixRef_<T> dx) {
    const Index batch = d_logits.rows();
    const auto d_hidden = d_hidden_.resize(batch, dense_.out()), d_first = d_first_.resize(batch, dense_.in());
    out_.backward(hidden_dropped_.view(), d_logits, d_hidden);
    if (dropped_) dropout_.apply(rng_.at(hidden_dropout), d_hidden, d_hidden);
    nn::tanh_backward<T>(hidden_.view(), d_hidden);
    dense_.backward(first_.view(), d_hidden, d_first);
    if (dropped_ && drops_input_) dropout_.apply(rng_.at(input_dropout), d_first, d_first);
    dx.setZero();
    for (Index b = 0; b < batch; ++b) dx.row(b * tokens) = d_first.row(b);
  }

  nn::Parameters<T> parameters() {
    nn::Parameters<T> list;
    nn::append(list, dense_, out_);
    return list;
  }

 private:
  /// Places of the head's random numbers: 0 and 1 the linear layers, then
  enum Place : std::uint64_t { input_dropout = 2, hidden_dropout = 3 };

  bool drops_input_;
  nn::Linear<T, Kernel> dense_, out_;
  nn::Dropout<T> dropout_;

  Rng rng_{0};  // of the last forward pass, as all below
  bool dropped_ = false;
  nn::Buffer<T> first_, hidden_, hidden_dropped_;  // (B, C)
  nn::Buffer<T> logits_;                           // (B, labels)
  nn::Buffer<T> d_hidden_, d_first_;               // (B, C)
};

}  // namespace pim::model
