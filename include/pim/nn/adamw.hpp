#pragma once
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>
#include <pim/nn/lanes.hpp>
#include <pim/nn/parameter.hpp>

namespace pim::nn {

namespace detail {
/// A run of elements of one parameter: the unit of work of what passes over all parameters.
struct Chunk {
  std::size_t parameter;
  Index begin, end;
};
template <class T>
std::vector<Chunk> chunks(const Parameters<T>& parameters) {
  constexpr Index elements = 16384;
  std::vector<Chunk> list;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (parameters[p].gradient == nullptr) continue;
    const Index n = parameters[p].gradient->size();
    for (Index begin = 0; begin < n; begin += elements) list.push_back({p, begin, std::min(n, begin + elements)});
  }
  return list;
}
}  // namespace detail

/// Scales all gradients by max_norm / norm where their common norm exceeds max_norm; returns the norm before that.
/// source  Pascanu, Mikolov and Bengio 2013, arXiv 1211.5063, algorithm 1; torch.nn.utils.clip_grad_norm_
template <class T>
double clip_gradients(const Parameters<T>& parameters, double max_norm) {
  const std::vector<detail::Chunk> chunks = detail::chunks(parameters);
  std::vector<T> squares(chunks.size());
  const auto gradient = [&](const detail::Chunk& c) { return parameters[c.parameter].gradient->data(); };
  parallel_for(std::ssize(chunks), [&](Index i) {
    const detail::Chunk& c = chunks[static_cast<std::size_t>(i)];
    const T* const g = gradient(c) + c.begin;
    squares[static_cast<std::size_t>(i)] = lane_sum<T>(c.end - c.begin, [=](auto at) { return at(g) * at(g); });
  });
  double sum = 0.0;
  for (const T square : squares) sum += static_cast<double>(square);
  const double norm = std::sqrt(sum);
  const auto scale = static_cast<T>(max_norm / (norm + 1e-6));
  if (scale >= T(1)) return norm;
  parallel_for(std::ssize(chunks), [&](Index i) {
    const detail::Chunk& c = chunks[static_cast<std::size_t>(i)];
    T* const g = gradient(c);
    for (Index j = c.begin; j < c.end; ++j) g[j] *= scale;
  });
  return norm;
}

struct AdamWParams {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;      ///< added to the root of the corrected second moment
  double weight_decay = 0.0;  ///< decoupled; not for biases and norms (`decays`)
};

/// Adam with decoupled weight decay and bias correction: one pass over each parameter.
/// source  Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2; order of operations as torch.optim.AdamW
template <class T>
class AdamW {
 public:
  /// All that a checkpoint needs besides the parameters; matrices in the order of the parameters, empty for frozen
  /// ones.
  struct State {
    Index steps = 0;
    std::vector<Matrix_<T>> first, second;  ///< running means of gradient and squared gradient
  };

  explicit AdamW(const AdamWParams& params = {}) : params_(params) {}

  const State& state() const { return state_; }
  void restore(State state) { state_ = std::move(state); }

  /// One step at learning rate `rate`, from the gradients as they stand. The same parameters must come each time.
  /// throws std::invalid_argument: a state restored from other parameters
  void step(const Parameters<T>& parameters, double rate) {
    if (state_.steps == 0) start(parameters);
    check(parameters);
    ++state_.steps;
    const auto steps = static_cast<double>(state_.steps);
    const Factors factors{.keep1 = static_cast<T>(params_.beta1),
                          .take1 = static_cast<T>(1.0 - params_.beta1),
                          .keep2 = static_cast<T>(params_.beta2),
                          .take2 = static_cast<T>(1.0 - params_.beta2),
                          .root = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(params_.beta2, steps))),
                          .epsilon = static_cast<T>(params_.epsilon),
                          .step = static_cast<T>(rate / (1.0 - std::pow(params_.beta1, steps))),
                          .shrink = T(1)};
    const std::vector<detail::Chunk> chunks = detail::chunks(parameters);
    parallel_for(std::ssize(chunks), [&](Index i) {
      const detail::Chunk& c = chunks[static_cast<std::size_t>(i)];
      const Parameter<T>& p = parameters[c.parameter];
      Factors f = factors;
      if (decays(p)) f.shrink = static_cast<T>(1.0 - rate * params_.weight_decay);
      update(c.end - c.begin, f, p.gradient->data() + c.begin, state_.first[c.parameter].data() + c.begin,
             state_.second[c.parameter].data() + c.begin, p.value->data() + c.begin);
    });
  }

 private:
  struct Factors {
    T keep1, take1, keep2, take2;  ///< of the running means
    T root;                        ///< 1 / sqrt(1 - beta2^t)
    T epsilon, step, shrink;
  };
  static void update(Index n, Factors f, const T* g, T* m, T* v, T* w) {
    for (Index i = 0; i < n; ++i) {
      m[i] = f.keep1 * m[i] + f.take1 * g[i];
      v[i] = f.keep2 * v[i] + f.take2 * g[i] * g[i];
      w[i] = w[i] * f.shrink - f.step * m[i] / (std::sqrt(v[i]) * f.root + f.epsilon);
    }
  }
  void start(const Parameters<T>& parameters) {
    state_.first.clear();
    for (const Parameter<T>& p : parameters) {
      const bool frozen = p.gradient == nullptr;
      state_.first.push_back(Matrix_<T>::Zero(frozen ? 0 : p.value->rows(), frozen ? 0 : p.value->cols()));
    }
    state_.second = state_.first;
  }
  void check(const Parameters<T>& parameters) const {
    bool same = state_.first.size() == parameters.size() && state_.second.size() == parameters.size();
    for (std::size_t p = 0; same && p < parameters.size(); ++p) {
      const Index n = parameters[p].gradient == nullptr ? 0 : parameters[p].value->size();
      same = state_.first[p].size() == n && state_.second[p].size() == n;
    }
    if (!same) throw std::invalid_argument("AdamW: the moments belong to a network of another shape");
  }

  AdamWParams params_;
  State state_;
};

}  // namespace pim::nn
