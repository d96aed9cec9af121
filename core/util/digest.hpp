// SPDX-License-Identifier: Apache-2.0
// A fast 128-bit digest of bytes, to find what is equal: XXH3 (xxhash.com). It keeps no secret from anybody who wants
// a collision: what follows from equal digests must be checked on the bytes before anything is lost.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tcm::util {

struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Digest&) const = default;
};

struct DigestHash {
  std::size_t operator()(const Digest& digest) const { return digest.low; }
};

/// Thread-safe.
Digest digest_of(std::string_view bytes);

/// The digest of several pieces, as of one text. One thread.
class Digester {
 public:
  Digester();
  ~Digester();
  Digester(const Digester&) = delete;
  Digester& operator=(const Digester&) = delete;

  void add(std::string_view bytes);
  Digest finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tcm::util
