#pragma once
#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <pim/core/parallel.hpp>
#include <pim/core/random.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/nn/parameter.hpp>
#include <pim/nn/products.hpp>

namespace pim::nn {

/// Row ids[i] of a table becomes row i of y.
///
/// shapes  table (entries, C);  y (ids, C)
/// ledger  under the layer's name: digital_lookup ids*C
template <class T>
class Embedding {
 public:
  /// padding: the entry that starts at zero and takes no gradient; -1: none
  Embedding(std::string name, Index entries, Index features, Index padding = -1)
      : name_(std::move(name)), padding_(padding), table_(Matrix_<T>::Zero(entries, features)) {}

  Index entries() const { return table_.rows(); }

  void initialise(double sigma, const Rng& rng) {
    table_ = normal_matrix(table_.rows(), table_.cols(), rng, static_cast<float>(sigma)).template cast<T>();
    if (padding_ >= 0) table_.row(padding_).setZero();
  }
  /// y (ids, C) = or += rows of the table; each id in [0, entries())
  void forward(std::span<const std::int32_t> ids, MatrixRef_<T> y, Into into, cost::Ledger& ledger) const {
    const cost::Ledger::Scope scope(ledger, name_);
    ledger.add(cost::action::digital_lookup, static_cast<std::uint64_t>(y.size()));
    if (into == Into::add) ledger.add(cost::action::digital_add, static_cast<std::uint64_t>(y.size()));
    parallel_for_ranges(y.rows(), 64, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        const Index id = ids[static_cast<std::size_t>(r)];
        assert(id >= 0 && id < entries());
        if (into == Into::add) {
          y.row(r) += table_.row(id);
        } else {
          y.row(r) = table_.row(id);
        }
      }
    });
  }
  void backward(std::span<const std::int32_t> ids, ConstMatrixRef_<T> dy) {
    if (d_table_.size() == 0) zero_gradients(parameters());
    parallel_for_ranges(dy.cols(), 64, [&](Index begin, Index end) {  // by columns: each sum keeps the order of tokens
      for (Index r = 0; r < dy.rows(); ++r) {
        const Index id = ids[static_cast<std::size_t>(r)];
        if (id != padding_) d_table_.row(id).segment(begin, end - begin) += dy.row(r).segment(begin, end - begin);
      }
    });
  }

  Parameters<T> parameters() { return {{name_ + ".weight", Layout::matrix, &table_, &d_table_}}; }

 private:
  std::string name_;
  Index padding_;
  Matrix_<T> table_, d_table_;  // (entries, C)
};

}  // namespace pim::nn
