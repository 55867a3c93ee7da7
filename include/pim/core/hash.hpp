#pragma once
#include <cstdint>
#include <string_view>

namespace pim {

/// FNV-1a, 64 bits, the same everywhere. `hash`: what came before, to hash several texts as one.
/// source  Fowler, Noll and Vo
inline std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = 0xcbf29ce484222325U) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

}  // namespace pim
