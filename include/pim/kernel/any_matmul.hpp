#pragma once
#include <utility>
#include <variant>

#include <pim/kernel/matmul.hpp>

namespace pim::kernel {

/// A product on one of several tile types, chosen at run time: what a configuration file picks from.
///
/// Its members are not inline, so that a program that uses it in several places compiles it once:
/// `extern template class pim::kernel::AnyMatmul<...>;`
template <tile::Tile... Tiles>
class AnyMatmul {
 public:
  template <class Kernel>
  AnyMatmul(Kernel kernel) : kernel_(std::move(kernel)) {}  // NOLINT(google-explicit-constructor)

  void program(ConstMatrixRef w, const Rng& rng, cost::Ledger& ledger);
  void multiply(const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger);
  void multiply(const mapping::Patches& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger);
  void weights(MatrixRef w) const;

 private:
  std::variant<Matmul<Tiles>...> kernel_;
};

template <tile::Tile... Tiles>
void AnyMatmul<Tiles...>::program(ConstMatrixRef w, const Rng& rng, cost::Ledger& ledger) {
  std::visit([&](auto& kernel) { kernel.program(w, rng, ledger); }, kernel_);
}
template <tile::Tile... Tiles>
void AnyMatmul<Tiles...>::multiply(const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) {
  std::visit([&](auto& kernel) { kernel.multiply(x, y, rng, ledger); }, kernel_);
}
template <tile::Tile... Tiles>
void AnyMatmul<Tiles...>::multiply(const mapping::Patches& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) {
  std::visit([&](auto& kernel) { kernel.multiply(x, y, rng, ledger); }, kernel_);
}
template <tile::Tile... Tiles>
void AnyMatmul<Tiles...>::weights(MatrixRef w) const {
  std::visit([&](const auto& kernel) { kernel.weights(w); }, kernel_);
}

}  // namespace pim::kernel
