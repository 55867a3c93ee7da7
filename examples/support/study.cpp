#include "support/study.hpp"

#include <algorithm>
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

std::vector<Condition> conditions(const io::TileConfig& tile, const std::vector<double>& times_s,
                                  const std::vector<std::string>& compensation) {
  const auto drifts = [](const tile::AnyParams& params) {
    return std::visit(
        [](const auto& p) {
          return requires { p.device.t_s, p.drift_compensation; };
        },
        params);
  };
  std::vector<std::optional<double>> times = {std::nullopt};
  std::vector<std::optional<bool>> compensated = {std::nullopt};
  if (tile.any(tile::ages) && !times_s.empty()) times.assign(times_s.begin(), times_s.end());
  if (tile.any(drifts) && !compensation.empty()) {
    compensated.clear();
    for (const std::string& word : compensation) compensated.emplace_back(word == "on");
  }
  std::vector<Condition> all;
  for (const std::optional<bool> on : compensated) {
    for (const std::optional<double> t_s : times) all.push_back({.t_s = t_s, .compensated = on});
  }
  return all;
}

cost::Ledger as_built(const cost::Ledger& booked, const io::TileConfig& tile) {
  namespace action = cost::action;
  cost::Ledger built = booked.like();
  for (const cost::Ledger::Entry& entry : booked.entries()) {
    const bool digital = !entry.layer.empty() && tile.find(entry.layer) == nullptr;
    if (digital && (cost::is_occupancy(entry.action.name) || entry.action == action::cell_write)) continue;
    const cost::Ledger::Scope scope(built, entry.layer);
    built.add(digital && entry.action == action::mac ? action::digital_mac : entry.action, entry.tally.count,
              entry.tally.serial_steps);
  }
  return built;
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

io::OrderedJson seed_means(const io::OrderedJson& rows, const std::vector<std::string>& keys,
                           const std::string& score) {
  struct Group {
    io::OrderedJson row;
    std::vector<double> scores = {};
  };
  std::vector<Group> groups;
  for (const io::OrderedJson& row : rows) {
    if (!row.at(score).is_number()) continue;
    io::OrderedJson same = io::OrderedJson::object();
    for (const std::string& key : keys) same[key] = row.at(key);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.row == same; });
    if (group == groups.end()) group = groups.insert(groups.end(), {.row = same});
    group->scores.push_back(row.at(score));
  }
  io::OrderedJson means = io::OrderedJson::array();
  for (Group& group : groups) {
    if (group.scores.size() < 2) continue;
    const auto [mean, deviation] = spread(group.scores);
    group.row["seed"] = "mean of " + std::to_string(group.scores.size());
    group.row[score] = mean;
    group.row[score + "_std"] = deviation;
    means.push_back(group.row);
  }
  return means;
}

}  // namespace pim::app
