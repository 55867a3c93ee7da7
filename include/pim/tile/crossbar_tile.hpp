#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <pim/circuit/converter.hpp>
#include <pim/circuit/ir_drop.hpp>
#include <pim/core/check.hpp>
#include <pim/core/gemm.hpp>
#include <pim/device/concepts.hpp>
#include <pim/tile/book_weights.hpp>
#include <pim/tile/concepts.hpp>
#include <pim/tile/weight_encoding.hpp>

namespace pim::tile {

/// When the noise of the weights is drawn.
enum class NoiseRefresh {
  at_programming,  ///< once, and frozen: what hardware does
  each_forward,    ///< afresh at each call, one Gaussian a weight with the moments of its devices: hardware-aware
                   ///< training
};

template <device::ResistiveDevice Device>
struct CrossbarTileParams {
  Index core_size = 256;  ///< word lines, and bit lines, of one array; 0: the whole matrix  [cells]
  Encoding encoding = Encoding::differential_pair;
  int weight_bits = 0;  ///< conductance levels: 2^(bits-1) - 1 steps a sign; 0: continuous  [bit]
  typename Device::Params device = {};
  NoiseRefresh refresh = NoiseRefresh::at_programming;
  circuit::Converter dac = {.bits = 8, .bound = 1.0F};
  circuit::Converter adc = {.bits = 8, .bound = 10.0F};
  bool bound_management = false;     ///< while a read-out saturates, halve the inputs of its array and repeat
  float read_noise = 0.0F;           ///< short-term, sigma = this * sqrt(sum_j |w_j| x_j^2)
  float additive_read_noise = 0.0F;  ///< short-term, sigma = this * sqrt(sum_j x_j^2)
  float output_noise = 0.0F;         ///< of the read-out, sigma in units of normalised inputs times weights
  circuit::IrDrop ir_drop = {};
  bool drift_compensation = true;  ///< one digital factor an array undoes the mean drift
};

/// Analog crossbars with one scale a column: inputs are scaled by their largest element and converted, currents add up
/// on the bit lines, read-outs are converted and scaled back.
///
///   y_i = alpha gamma_i ADC(sum_j W_ij xq_j + delta_i + sigma_i xi),   xq = DAC(x / alpha),   alpha = max |x_j|
///
/// W is what the devices hold, in [-1, 1]; gamma_i = max_j |w_ij|; delta_i is the IR drop; sigma_i^2 the sum of the
/// squared read and output noises.
///
/// shapes  w (rows, cols), rows <= core_size, any cols: arrays of core_size columns side by side;  x (batch, rows)
/// noise   of the weights: see NoiseRefresh; of reads: each call, keyed by row and column
/// ledger  program: cell_write 2*rows*cols (rows*cols for a single device), array, array_cell;  multiply_add:
/// dac_conversion
///         batch*rows*arrays, array_read batch*arrays, mac batch*rows*cols, adc_conversion, digital_scale and
///         digital_add batch*cols, in `batch` steps; bound management books each repeated read of an array
/// throws  std::invalid_argument naming the parameter or the operand whose shape is wrong
/// source  Rasch et al., Nat. Commun. 14, 5282 (2023), arXiv 2302.08469, equations 1 to 5; column-wise scales, bound
///         management (at most 10 halvings) and global drift compensation (floor 1e-4) as in aihwkit
template <device::ResistiveDevice Device, class Products = Gemm>
class CrossbarTile {
 public:
  using Params = CrossbarTileParams<Device>;
  explicit CrossbarTile(const Params& params = {})
      : params_(validated(params)), device_(params.device), dac_(params.dac), adc_(params.adc) {}

  Index rows() const { return params_.core_size; }
  Index cols() const { return 0; }

  void program(ConstMatrixRef w, const Rng& rng, cost::Ledger& ledger) {
    require_fits("CrossbarTile::program: w", w, rows(), cols());
    output_scale_ = column_abs_max(w);
    const RowVector gamma = output_scale_.unaryExpr([](float g) { return g == 0.0F ? 1.0F : g; });
    normalised_ = w.array().rowwise() / gamma.array();
    for (Index c = 0; c < w.cols(); ++c) {  // the column's scale says NaN; its cells must not reach other columns
      if (std::isnan(gamma(c))) normalised_.col(c).setZero();
    }
    if (params_.weight_bits > 0) quantise_weights();
    if (params_.refresh == NoiseRefresh::each_forward) {
      prepare_refresh();
    } else {
      write_devices(rng);
    }
    finish_weights();
    const Index cells_per_weight = params_.encoding == Encoding::differential_pair ? 2 : 1;
    book_weights(w.rows(), w.cols(), params_.core_size, cells_per_weight, ledger);
  }

  /// Draws the noise of the weights anew where the policy says each_forward.
  void refresh(const Rng& rng) {
    if (params_.refresh != NoiseRefresh::each_forward) return;
    const Index size = weights_.size();
    rng.normals(0, {weights_.data(), static_cast<std::size_t>(size)});
    float* w = weights_.data();
    const float *mean = normalised_.data(), *sigma = sigma_.data();
    for (Index i = 0; i < size; ++i) w[i] = mean[i] + sigma[i] * w[i];
    finish_weights();
  }

  void multiply_add(const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) const {
    require_shape("CrossbarTile::multiply_add: x", x.values, x.rows(), weights_.rows());
    require_shape("CrossbarTile::multiply_add: y", y, x.rows(), weights_.cols());
    RowVector alpha(x.rows());
    Matrix inputs(x.rows(), x.cols());
    convert_inputs(x.values, alpha, inputs);
    const Matrix currents = bit_line_currents(inputs, x.first, rng);
    const bool managed = params_.bound_management && !adc_.ideal();
    for (Index r = 0; r < y.rows(); ++r) {
      if (managed) {
        read_in_bounds(x, r, alpha(r), currents, y, rng, ledger);
      } else {
        read_out(currents.row(r).data(), alpha(r), 0, y.cols(), y.row(r).data());
      }
    }
    book_reads(x.rows(), ceil_div(y.cols(), array_cols()), y.cols(), ledger);
    const auto batch = static_cast<std::uint64_t>(x.rows()), outputs = static_cast<std::uint64_t>(y.size());
    ledger.add(cost::action::digital_scale, outputs, batch);
    ledger.add(cost::action::digital_add, outputs, batch);
  }

  void weights(MatrixRef w) const {
    require_shape("CrossbarTile::weights: w", w, weights_.rows(), weights_.cols());
    w = weights_ * output_scale_.asDiagonal();
  }

 private:
  static Params validated(const Params& params) {
    require(params.core_size >= 0, "CrossbarTile: core_size must not be negative");
    if (params.weight_bits != 0) require_range("CrossbarTile: weight_bits", params.weight_bits, 2, 16);
    params.dac.validate("CrossbarTile: dac");
    params.adc.validate("CrossbarTile: adc");
    require(params.read_noise >= 0 && params.additive_read_noise >= 0 && params.output_noise >= 0,
            "CrossbarTile: noises must not be negative");
    require(params.ir_drop.scale >= 0.0F && params.ir_drop.wire_ratio > 0.0F,
            "CrossbarTile: ir_drop needs a scale that is not negative and a positive wire_ratio");
    return params;
  }
  /// (cols): the largest |w| of each column, NaN where one is not finite
  static RowVector column_abs_max(ConstMatrixRef w) {
    constexpr std::uint32_t infinity = 0x7f800000U;  // bits of non-negative floats are ordered as the floats are
    std::vector<std::uint32_t> top(static_cast<std::size_t>(w.cols()));
    for (Index r = 0; r < w.rows(); ++r) {
      const float* row = w.row(r).data();
      for (std::size_t c = 0; c < top.size(); ++c) {
        top[c] = std::max(top[c], std::bit_cast<std::uint32_t>(row[c]) & 0x7fffffffU);
      }
    }
    return RowVector::NullaryExpr(w.cols(), [&](Index c) {
      const std::uint32_t bits = top[static_cast<std::size_t>(c)];
      return bits < infinity ? std::bit_cast<float>(bits) : std::nanf("");
    });
  }
  Index array_cols() const {
    const Index cols = weights_.cols();
    return std::max<Index>(params_.core_size > 0 ? std::min(params_.core_size, cols) : cols, 1);
  }

  void quantise_weights() {
    const float levels = std::ldexp(1.0F, params_.weight_bits - 1) - 1.0F;
    for (Index i = 0; i < normalised_.size(); ++i) {
      normalised_.data()[i] = round_half_even(normalised_.data()[i] * levels) / levels;
    }
  }

  /// Programs and ages the devices of each weight; drift compensation by one factor for each array.
  void write_devices(const Rng& rng) {
    const Index cols = normalised_.cols();
    weights_.resize(normalised_.rows(), cols);
    WeightDevices<Device> devices(device_, params_.encoding);
    std::vector<float> programmed(static_cast<std::size_t>(cols)), now(static_cast<std::size_t>(cols));
    const bool compensated = device::AgingDevice<Device> && params_.drift_compensation;
    const Index height = std::max<Index>(1, 256 / std::max<Index>(1, cols));  // rows at a time: a chunk of draws
    for (Index r = 0; r < normalised_.rows(); r += height) {
      const auto first = static_cast<std::uint64_t>(r * cols);
      const auto size = static_cast<std::size_t>(std::min(height, normalised_.rows() - r) * cols);
      const std::span target(normalised_.row(r).data(), size), held(weights_.row(r).data(), size);
      devices.program(target, rng, first);
      if constexpr (device::AgingDevice<Device>) {
        if (compensated) {
          devices.read(held);
          add_magnitudes(held, programmed);
        }
        devices.age(rng, first);
      }
      devices.read(held);
      if (compensated) add_magnitudes(held, now);
    }
    if (compensated) compensate(programmed, now);
  }
  /// values: whole rows
  static void add_magnitudes(std::span<const float> values, std::vector<float>& sums) {
    for (const float* row = values.data(); row != values.data() + values.size(); row += sums.size()) {
      for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += std::fabs(row[c]);
    }
  }
  void compensate(const std::vector<float>& programmed, const std::vector<float>& now) {
    const Index width = array_cols();
    for (Index begin = 0; begin < weights_.cols(); begin += width) {
      const Index end = std::min(begin + width, weights_.cols());
      const double before = std::accumulate(programmed.begin() + begin, programmed.begin() + end, 0.0);
      const double after = std::accumulate(now.begin() + begin, now.begin() + end, 0.0);
      const double floor = 1e-4 * static_cast<double>((end - begin) * weights_.rows());
      if (before > 0.0)
        output_scale_.segment(begin, end - begin) *= static_cast<float>(before / std::max(after, floor));
    }
  }

  void prepare_refresh() {
    sigma_.resize(normalised_.rows(), normalised_.cols());
    const auto size = static_cast<std::size_t>(normalised_.size());
    weight_moments(device_, params_.encoding, {normalised_.data(), size}, {sigma_.data(), size});
    weights_ = normalised_;
  }
  /// What the products need besides the weights.
  void finish_weights() {
    if (params_.ir_drop.scale != 0.0F || params_.read_noise > 0.0F) magnitudes_ = weights_.cwiseAbs();
  }

  void convert_inputs(ConstMatrixRef x, RowVector& alpha, Matrix& inputs) const {
    const auto length = static_cast<std::size_t>(x.cols());
    for (Index r = 0; r < x.rows(); ++r) {
      const float* in = x.row(r).data();
      float* out = inputs.row(r).data();
      alpha(r) = abs_max({in, length});
      convert_row(in, alpha(r) == 0.0F ? 1.0F : alpha(r), {out, length});
    }
  }
  void convert_row(const float* in, float alpha, std::span<float> out) const {
    const circuit::Conversion dac = dac_;
    if (dac.ideal()) {
      for (std::size_t j = 0; j < out.size(); ++j) out[j] = in[j] / alpha;
    } else {
      for (std::size_t j = 0; j < out.size(); ++j) out[j] = dac(in[j] / alpha);
    }
  }

  /// (batch, cols): the product, its IR drop and its noise, of converted inputs of which the first is row `first` of
  /// the call
  Matrix bit_line_currents(const Matrix& inputs, Index first, const Rng& rng) const {
    const bool drops = params_.ir_drop.scale != 0.0F, cell_noise = params_.read_noise > 0.0F;
    const Index batch = inputs.rows(), rows = inputs.cols(), cols = weights_.cols();
    // What multiplies the same matrix goes through one product.
    Matrix signed_inputs(drops ? 2 * batch : 0, rows), magnitude_inputs((drops + cell_noise) * batch, rows);
    if (drops) {
      signed_inputs << inputs, inputs * positions(rows).asDiagonal();
      magnitude_inputs.topRows(batch) = inputs.cwiseAbs();
    }
    if (cell_noise) magnitude_inputs.bottomRows(batch) = inputs.cwiseAbs2();
    Matrix currents(drops ? 2 * batch : batch, cols), magnitudes(magnitude_inputs.rows(), cols);
    Products::multiply(drops ? signed_inputs : inputs, weights_, currents);
    if (magnitudes.rows() > 0) Products::multiply(magnitude_inputs, magnitudes_, magnitudes);
    if (drops) {
      subtract_ir_drop(currents.bottomRows(batch), magnitudes.topRows(batch), currents.topRows(batch));
      currents.conservativeResize(batch, cols);
    }
    add_read_noise(inputs, magnitudes.bottomRows(cell_noise ? batch : 0), first, currents, rng);
    return currents;
  }
  static RowVector positions(Index n) {
    return RowVector::NullaryExpr(
        n, [n](Index j) { return circuit::IrDrop::position(static_cast<float>(j), static_cast<float>(n)); });
  }
  /// graded: sums of w x (1 - (1 - j / n)^2); magnitudes: sums of |w| |x|; all (batch, cols)
  void subtract_ir_drop(ConstMatrixRef graded, ConstMatrixRef magnitudes, MatrixRef currents) const {
    const float per_wire = static_cast<float>(weights_.rows()) / params_.ir_drop.wire_ratio;
    const float scale = params_.ir_drop.scale;
    for (Index r = 0; r < currents.rows(); ++r) {
      const float *g = graded.row(r).data(), *a = magnitudes.row(r).data();
      float* current = currents.row(r).data();
      for (Index c = 0; c < currents.cols(); ++c) current[c] -= scale * circuit::IrDrop::loss(per_wire * a[c]) * g[c];
    }
  }

  /// The read and output noises are independent Gaussians: one draw of their summed variance.
  /// powers: sums of |w| x^2 (batch, cols), empty where no term needs them
  void add_read_noise(const Matrix& inputs, ConstMatrixRef powers, Index first, Matrix& currents,
                      const Rng& rng) const {
    const float cell = params_.read_noise * params_.read_noise, output = params_.output_noise * params_.output_noise;
    const float additive = params_.additive_read_noise * params_.additive_read_noise;
    if (cell == 0.0F && output == 0.0F && additive == 0.0F) return;
    Matrix xi(currents.rows(), currents.cols());
    rng.normals(static_cast<std::uint64_t>(first * xi.cols()), {xi.data(), static_cast<std::size_t>(xi.size())});
    for (Index r = 0; r < currents.rows(); ++r) {
      const float constant = output + additive * inputs.row(r).squaredNorm();
      float* current = currents.row(r).data();
      const float* draw = xi.row(r).data();
      if (cell > 0.0F) {
        const float* power = powers.row(r).data();
        for (Index c = 0; c < currents.cols(); ++c) current[c] += std::sqrt(constant + cell * power[c]) * draw[c];
      } else {
        const float sigma = std::sqrt(constant);
        for (Index c = 0; c < currents.cols(); ++c) current[c] += sigma * draw[c];
      }
    }
  }

  /// y += the read-outs of columns [begin, end), scaled back
  void read_out(const float* current, float alpha, Index begin, Index end, float* y) const {
    const circuit::Conversion adc = adc_;
    const float* scale = output_scale_.data();
    if (adc.ideal()) {
      for (Index c = begin; c < end; ++c) y[c] += alpha * scale[c] * current[c];
    } else {
      for (Index c = begin; c < end; ++c) y[c] += alpha * scale[c] * adc(current[c]);
    }
  }
  /// read_out of row r; an array whose read-out leaves the ADC's range is read again with its inputs halved.
  void read_in_bounds(const Rows& x, Index r, float alpha, const Matrix& currents, MatrixRef y, const Rng& rng,
                      cost::Ledger& ledger) const {
    constexpr std::uint64_t most_halvings = 10;
    for (Index begin = 0; begin < y.cols(); begin += array_cols()) {
      const Index count = std::min(array_cols(), y.cols() - begin);
      float scale = alpha;
      Matrix current = currents.row(r), input(1, x.cols());
      const auto saturated = [&] { return current.middleCols(begin, count).cwiseAbs().maxCoeff() > params_.adc.bound; };
      for (std::uint64_t halving = 1; halving <= most_halvings && scale > 0.0F && saturated(); ++halving) {
        scale *= 2.0F;
        convert_row(x.values.row(r).data(), scale, {input.data(), static_cast<std::size_t>(input.size())});
        current = bit_line_currents(input, x.first + r, rng.at(0, halving));
        book_reads(1, 1, count, ledger);
      }
      read_out(current.data(), scale, begin, begin + count, y.row(r).data());
    }
  }

  void book_reads(Index batch, Index arrays, Index cols, cost::Ledger& ledger) const {
    const auto inputs = static_cast<std::uint64_t>(batch * weights_.rows()), steps = static_cast<std::uint64_t>(batch);
    ledger.add(cost::action::dac_conversion, inputs * static_cast<std::uint64_t>(arrays), steps);
    ledger.add(cost::action::array_read, steps * static_cast<std::uint64_t>(arrays), steps);
    ledger.add(cost::action::mac, inputs * static_cast<std::uint64_t>(cols), steps);
    ledger.add(cost::action::adc_conversion, steps * static_cast<std::uint64_t>(cols), steps);
  }

  Params params_;
  Device device_;
  circuit::Conversion dac_, adc_;
  Matrix normalised_;       // (rows, cols): targets in [-1, 1], or their means for each_forward
  Matrix sigma_;            // (rows, cols): for each_forward
  Matrix weights_;          // (rows, cols): what the devices hold
  Matrix magnitudes_;       // (rows, cols): |weights_|, where a term needs it
  RowVector output_scale_;  // (cols): gamma times drift compensation
};

}  // namespace pim::tile
