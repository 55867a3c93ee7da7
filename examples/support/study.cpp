#include "support/study.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <variant>

#include <pim/core/hash.hpp>
#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/tile/conditions.hpp>

namespace pim::app {

Weights weights_of(const nn::Parameters<float>& parameters) {
  Weights weights;
  for (const nn::Parameter<float>& p : parameters) weights.push_back(*p.value);
  return weights;
}
void set_weights(const nn::Parameters<float>& parameters, const Weights& weights) {
  for (std::size_t i = 0; const nn::Parameter<float>& p : parameters) *p.value = weights[i++];
}
std::uint64_t hash_of(const Weights& weights, std::uint64_t hash) {
  for (const Matrix& m : weights) {
    const std::string_view bytes(reinterpret_cast<const char*>(m.data()),
                                 static_cast<std::size_t>(m.size()) * sizeof(float));
    hash = fnv1a(bytes, hash);
  }
  return hash;
}

bool is_ideal(const io::TileConfig& tile) {
  return !tile.any([](const tile::AnyParams& p) { return !std::holds_alternative<tile::IdealTileParams>(p); });
}
io::TileConfig under(const io::TileConfig& tile, const Condition& condition) {
  return tile.transformed([&](tile::AnyParams params) {
    if (condition.t_s) params = tile::at_time(params, *condition.t_s);
    if (condition.compensated) params = tile::with_drift_compensation(params, *condition.compensated);
    return params;
  });
}

void prepare_output(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw std::runtime_error("--output: cannot make the folder " + printable(folder.string()) + ": " + error.message() +
                             "; choose another place");
  }
  io::require_writable(folder / "results.json");
}

Spread spread(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0.0, squares = 0.0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, values.size() > 1 ? std::sqrt(squares / (n - 1.0)) : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace pim::app
