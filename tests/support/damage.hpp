#pragma once
#include <exception>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace pim::test {

/// How often a parser took, and how often it refused, damaged files.
struct DamageReport {
  int accepted = 0, refused = 0;
};

/// Calls parse with a valid file cut off at each of up to 400 lengths and with `trials` copies in which one to three
/// bytes are others. A file is taken, or refused by a std::runtime_error of one line that starts with `name`.
template <class Parse>
DamageReport damage(const std::string& valid, std::string_view name, int trials, const Parse& parse) {
  DamageReport report;
  const auto attempt = [&](const std::string& bytes) {
    try {
      parse(bytes);
      ++report.accepted;
    } catch (const std::runtime_error& error) {
      const std::string message = error.what();
      if (message.find(name) != 0 || message.find('\n') != std::string::npos) FAIL(message);
      ++report.refused;
    }
  };
  const std::size_t step = valid.size() / 400 + 1;
  for (std::size_t length = 0; length < valid.size(); length += step) attempt(valid.substr(0, length));
  std::mt19937 random(1);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random()) % bound; };
  for (int trial = 0; trial < trials; ++trial) {
    std::string bytes = valid;
    // headers are short: half of the damage is done to the first bytes
    const std::size_t end = trial % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 40);
    for (std::size_t change = below(3) + 1; change > 0; --change) bytes[below(end)] = static_cast<char>(below(256));
    attempt(bytes);
  }
  return report;
}

}  // namespace pim::test
