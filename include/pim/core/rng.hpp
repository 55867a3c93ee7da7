#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include <pim/core/math.hpp>

namespace pim {

/// Four 32-bit words, each in a 64-bit integer, because that is how vector units multiply 32 by 32 bits to 64.
using PhiloxWords = std::array<std::uint64_t, 4>;

template <std::uint32_t Round>
[[gnu::always_inline]] inline PhiloxWords philox_round(const PhiloxWords& c, std::uint64_t key) {
  const std::uint32_t k0 = static_cast<std::uint32_t>(key) + Round * 0x9e3779b9U;
  const std::uint32_t k1 = static_cast<std::uint32_t>(key >> 32) + Round * 0xbb67ae85U;
  const std::uint64_t p0 = (c[0] & 0xffffffffU) * 0xd2511f53U, p1 = (c[2] & 0xffffffffU) * 0xcd9e8d57U;
  return {(p1 >> 32) ^ c[1] ^ k0, p1 & 0xffffffffU, (p0 >> 32) ^ c[3] ^ k1, p0 & 0xffffffffU};
}

/// Philox4x32-7: the 128 random bits that belong to a counter under a key, by the fewest rounds that pass all of
/// TestU01's BigCrush. Unrolled and inlined, so that loops over counters vectorise.
/// source  Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011, section 4.3 and table 2
[[gnu::always_inline]] inline PhiloxWords philox(std::uint64_t key, std::uint64_t low, std::uint64_t high) {
  PhiloxWords c{low & 0xffffffffU, low >> 32, high & 0xffffffffU, high >> 32};
  c = philox_round<1>(philox_round<0>(c, key), key);
  c = philox_round<3>(philox_round<2>(c, key), key);
  c = philox_round<5>(philox_round<4>(c, key), key);
  return philox_round<6>(c, key);
}

/// Counter-based random numbers: a key, not a stream. The i-th draw of a key is the same in whatever order, on
/// whatever thread and with whatever compiler it is asked for; draws of different keys are independent.
///
/// `rng.at(place, call)` is the key of one place (a layer, a tile, a noise term) and one call there.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : key_(seed) {}

  Rng at(std::uint64_t place, std::uint64_t call = 0) const {
    const auto r = philox(key_, place, call ^ 0x8000000000000000U);  // draws use calls below 2^63
    return Rng(r[0] | r[1] << 32);
  }

  /// 32 uniform bits
  std::uint32_t bits(std::uint64_t i) const { return static_cast<std::uint32_t>(philox(key_, i / 4, 1)[i % 4]); }
  /// out[j] = bits(first + j)
  void bits(std::uint64_t first, std::span<std::uint32_t> out) const {
    std::size_t j = 0;
    for (; j < out.size() && (first + j) % 4 != 0; ++j) out[j] = bits(first + j);
    const std::uint64_t block = (first + j) / 4;
    const std::size_t blocks = (out.size() - j) / 4;
    for (std::size_t k = 0; k < blocks; ++k) {
      const auto r = philox(key_, block + k, 1);
      for (std::size_t word = 0; word < 4; ++word) out[j + 4 * k + word] = static_cast<std::uint32_t>(r[word]);
    }
    for (j += 4 * blocks; j < out.size(); ++j) out[j] = bits(first + j);
  }
  /// uniform integer in [0, bound), bound < 2^32: the high word of a product, bias below bound / 2^32
  std::uint32_t below(std::uint64_t i, std::uint32_t bound) const {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(bits(i)) * bound) >> 32);
  }
  /// uniform in [0, 1), a multiple of 2^-24
  float uniform(std::uint64_t i) const { return static_cast<float>(bits(i) >> 8) * 0x1p-24F; }

  /// standard normal
  float normal(std::uint64_t i) const {
    const std::uint64_t lane = i % chunk / chunk_blocks;
    const auto r = philox(key_, i / chunk * chunk_blocks + i % chunk_blocks, 0);
    const Pair pair = lane < 2 ? box_muller(static_cast<std::uint32_t>(r[0]), static_cast<std::uint32_t>(r[1]))
                               : box_muller(static_cast<std::uint32_t>(r[2]), static_cast<std::uint32_t>(r[3]));
    return lane % 2 == 0 ? pair.first : pair.second;
  }
  /// out[j] = normal(first + j)
  void normals(std::uint64_t first, std::span<float> out) const {
    std::array<float, chunk> draws;
    std::size_t done = 0;
    while (done < out.size()) {
      const std::uint64_t i = first + done;
      const auto skip = static_cast<std::size_t>(i % chunk);
      const std::size_t count = std::min(out.size() - done, chunk - skip);
      if (count == chunk) {
        normal_chunk(i / chunk, out.data() + done);
      } else {
        normal_chunk(i / chunk, draws.data());
        std::copy_n(draws.data() + skip, count, out.data() + done);
      }
      done += count;
    }
  }

 private:
  static constexpr std::size_t chunk_blocks = 64;  ///< counters whose draws are made together
  static constexpr std::size_t chunk =
      4 * chunk_blocks;  ///< draws of one chunk: lane by lane, so that stores are dense

  struct Pair {
    float first, second;
  };
  /// source  Box and Muller, Annals of Mathematical Statistics 29 (1958): sqrt(-2 ln u) (cos, sin)(2 pi v)
  [[gnu::always_inline]] static Pair box_muller(std::uint32_t radius_bits, std::uint32_t angle_bits) {
    const float u = (static_cast<float>(static_cast<std::int32_t>(radius_bits >> 1)) + 0.5F) * 0x1p-31F;  // (0, 1]
    const float radius = std::sqrt(-2.0F * portable_log(u));
    const SineCosine angle = portable_sine_cosine(angle_bits);
    return {radius * angle.cosine, radius * angle.sine};
  }
  void normal_chunk(std::uint64_t index, float* out) const {
    constexpr std::size_t n = chunk_blocks;
    std::array<std::uint32_t, n> r0, r1, r2, r3;
    for (std::size_t j = 0; j < n; ++j) {
      const auto r = philox(key_, index * n + j, 0);
      r0[j] = static_cast<std::uint32_t>(r[0]);
      r1[j] = static_cast<std::uint32_t>(r[1]);
      r2[j] = static_cast<std::uint32_t>(r[2]);
      r3[j] = static_cast<std::uint32_t>(r[3]);
    }
    for (std::size_t j = 0; j < n; ++j) {
      const Pair a = box_muller(r0[j], r1[j]);
      out[j] = a.first;
      out[n + j] = a.second;
    }
    for (std::size_t j = 0; j < n; ++j) {
      const Pair b = box_muller(r2[j], r3[j]);
      out[2 * n + j] = b.first;
      out[3 * n + j] = b.second;
    }
  }

  std::uint64_t key_;
};

}  // namespace pim
