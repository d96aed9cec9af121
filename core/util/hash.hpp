// SPDX-License-Identifier: Apache-2.0
// A fast 64-bit hash for table look-ups. Stored in the index, so it never changes. Not for digests.
#pragma once

#include <cstdint>
#include <string_view>

namespace tcm::util {

/// FNV-1a, then the finaliser of splitmix64 so that low bits are as good as high ones.
constexpr std::uint64_t hash64(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  hash ^= hash >> 30;
  hash *= 0xbf58476d1ce4e5b9ULL;
  hash ^= hash >> 27;
  hash *= 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

}  // namespace tcm::util
