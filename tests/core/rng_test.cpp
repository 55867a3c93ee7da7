#include <pim/core/rng.hpp>

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "support/catch.hpp"

using pim::Rng;

TEST_CASE("philox: the known answers of its authors", "[rng]") {
  const auto philox = [](std::uint64_t key, std::uint64_t low, std::uint64_t high) {
    return pim::philox(key, low, high);
  };
  CHECK(philox(0, 0, 0) == pim::PhiloxWords{0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48});
  CHECK(philox(~0ULL, ~0ULL, ~0ULL) == pim::PhiloxWords{0x5207ddc2, 0x45165e59, 0x4d8ee751, 0x8c52f662});
  CHECK(philox(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e) ==
        pim::PhiloxWords{0x4dfccaba, 0x190a87f0, 0xc47362ba, 0xb6b5242a});  // digits of pi
}

TEST_CASE("Rng: a draw alone is the draw of a run, wherever the run starts and ends", "[rng]") {
  const Rng rng(11);
  for (const std::uint64_t first : {0ULL, 1ULL, 3ULL, 63ULL, 64ULL, 65ULL, 255ULL, 256ULL, 1000ULL, (1ULL << 40) + 7}) {
    for (const std::size_t count : {0UL, 1UL, 2UL, 5UL, 64UL, 255UL, 256UL, 257UL, 700UL}) {
      std::vector<float> normals(count);
      std::vector<std::uint32_t> bits(count);
      rng.normals(first, normals);
      rng.bits(first, bits);
      std::size_t different = 0;
      for (std::size_t i = 0; i < count; ++i) {
        different += normals[i] != rng.normal(first + i) || bits[i] != rng.bits(first + i) ? 1U : 0U;
      }
      INFO("first " << first << ", count " << count);
      CHECK(different == 0);
    }
  }
}

TEST_CASE("Rng: derived draws follow their definitions", "[rng]") {
  const Rng rng(5);
  bool uniform_exact = true, below_in_range = true;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    uniform_exact &= rng.uniform(i) == static_cast<float>(rng.bits(i) >> 8) / 16777216.0F;
    below_in_range &= rng.below(i, 10) < 10U && rng.below(i, 1) == 0U && rng.below(i, ~0U) < ~0U;
  }
  CHECK(uniform_exact);
  CHECK(below_in_range);
}

TEST_CASE("Rng: keys of places and calls", "[rng]") {
  const Rng rng(5);
  const auto first = [](const Rng& key) { return key.bits(0); };
  CHECK(first(rng.at(3, 4)) == first(Rng(5).at(3, 4)));
  CHECK(first(rng.at(3)) == first(rng.at(3, 0)));
  CHECK(first(rng.at(3)) != first(rng));
  CHECK(first(rng.at(3, 4)) != first(rng.at(4, 3)));
  CHECK(first(rng.at(1).at(2)) != first(rng.at(2).at(1)));
  CHECK(first(Rng(5)) != first(Rng(6)));
}

/// FNV-1a over 32-bit words.
static std::uint64_t hash(std::span<const std::uint32_t> words) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const std::uint32_t word : words) h = (h ^ word) * 0x100000001b3;
  return h;
}
static std::vector<std::uint32_t> bits_of(std::span<const float> values) {
  std::vector<std::uint32_t> words;
  for (const float v : values) words.push_back(std::bit_cast<std::uint32_t>(v));
  return words;
}

TEST_CASE("Rng: a million draws have the same bits from every compiler, flag and instruction set", "[rng]") {
  constexpr std::size_t n = 1'000'000;
  const Rng rng(42);
  std::vector<std::uint32_t> bits(n);
  rng.bits(0, bits);
  CHECK(hash(bits) == 0x4d5fad85c296eaf8);
  std::vector<float> normals(n);
  rng.normals(0, normals);
  CHECK(hash(bits_of(normals)) == 0x86b77eda72c83072);
  std::vector<float> one_by_one;
  for (std::size_t i = 0; i < n; ++i) one_by_one.push_back(rng.normal(i));
  CHECK(hash(bits_of(one_by_one)) == hash(bits_of(normals)));
}
