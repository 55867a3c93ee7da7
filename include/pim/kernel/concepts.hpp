#pragma once
#include <concepts>

#include <pim/core/matrix.hpp>
#include <pim/core/rng.hpp>
#include <pim/core/rows.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/mapping/patches.hpp>

namespace pim::kernel {

/// A matrix product whose weights are programmed once and used many times; the only thing that nn/ knows of hardware.
///
///   program(w, rng, ledger)         stores w (K, N); rng is the key of this programming event
///   multiply(x, y, rng, ledger)     y (M, N) = x (M, K) * stored w; rng is the key of this call. Not const: hardware-
///                                   aware training draws weight noise afresh at each forward
///   weights(w)                      w (K, N) = what the hardware multiplies by now, in the units of the programmed w
///
/// satisfied by  kernel::Matmul<Tile>, kernel::AnyMatmul<Tiles...> (float), kernel::ExactMatmul<T>
template <class K, class T = float>
concept MatmulKernel = requires(K kernel, const K const_kernel, ConstMatrixRef_<T> w, const Rows_<T>& x,
                                MatrixRef_<T> y, const Rng& rng, cost::Ledger& ledger) {
  { kernel.program(w, rng, ledger) } -> std::same_as<void>;
  { kernel.multiply(x, y, rng, ledger) } -> std::same_as<void>;
  { const_kernel.weights(y) } -> std::same_as<void>;
};

/// A product that also takes the patches of images, which it gathers a panel at a time: a convolution.
///
///   multiply(patches, y, rng, ledger)  y (N Ho Wo, O) = patches (N Ho Wo, K) * stored w, else as above
template <class K, class T = float>
concept ConvolutionKernel = MatmulKernel<K, T> &&
    requires(K kernel, const mapping::Patches_<T>& patches, MatrixRef_<T> y, const Rng& rng, cost::Ledger& ledger) {
  { kernel.multiply(patches, y, rng, ledger) } -> std::same_as<void>;
};

}  // namespace pim::kernel
