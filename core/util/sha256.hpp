// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4), for digests that outlive a run: what was recorded, packed or signed is the same bytes. To find
// equal files in one run, digest.hpp is several times as fast.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tcm::util {

using Sha256 = std::array<std::uint8_t, 32>;

/// Thread-safe. Throws std::bad_alloc, as all of this header, and nothing else.
Sha256 sha256_of(std::string_view bytes);

/// The digest of several pieces, as of one text. One thread.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(const Sha256Hasher&) = delete;
  Sha256Hasher& operator=(const Sha256Hasher&) = delete;

  void add(std::string_view bytes);

  /// The digest of what was added. The hasher then begins anew, as if just made: one serves many files.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 64 digits, 0 to 9 and a to f.
std::string hex_of(const Sha256& digest);

/// The digest that hex_of writes as `text`; also with A to F. Nothing when it is no such text.
std::optional<Sha256> sha256_from_hex(std::string_view text);

}  // namespace tcm::util
