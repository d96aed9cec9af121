// SPDX-License-Identifier: Apache-2.0
// What takes the entries of a place: a check, a list, or a cache that they go into.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/cache/pack/manifest.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

/// A file of an entry. All names were checked: see member_path.hpp.
struct PackedFile {
  std::string root;
  std::string key;
  std::string name;
  std::uint64_t bytes = 0;
};

/// Called by one thread, file by file. An error ends the reading and is passed on.
class Receiver {
 public:
  Receiver() = default;
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  virtual ~Receiver() = default;

  /// The manifest's own words about an entry whose files come next; only of a place that has a manifest.
  virtual Result<void> declare(const ManifestEntry&) { return {}; }
  /// A file begins: exactly so many bytes follow in pieces, then end(). False: its bytes are not wanted, and no piece
  /// follows.
  virtual Result<bool> begin(const PackedFile& file) = 0;
  virtual Result<void> piece(std::string_view bytes) = 0;
  virtual Result<void> end() = 0;
};

}  // namespace tcm::cache
