// SPDX-License-Identifier: Apache-2.0
// What the index knows of a root, small enough to hold while the root is walked: 56 bytes an entry. Larger roots are
// walked in shards, so that memory has a bound whatever the number of entries.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/index/index.hpp"

namespace tcm::service {

/// Most entries that one table holds: about 30 MB.
inline constexpr std::uint64_t kMaxKnownEntries = std::uint64_t{1} << 19;

class KnownTable {
 public:
  struct Item {
    index::KnownEntry entry;
    bool seen = false;
  };

  void add(const index::KnownEntry& entry);
  /// Builds the look-up after the last add.
  void seal();
  /// The entry with this hash, or null. Names with one hash can be made: of several entries it is the one with this
  /// inode, or else one that was not seen yet. Valid until the table goes.
  Item* find(std::uint64_t key_hash, std::uint64_t inode);
  void for_each_unseen(const std::function<void(const index::KnownEntry&)>& each) const;
  bool empty() const { return items_.empty(); }

 private:
  std::vector<Item> items_;
  std::vector<std::uint32_t> slots_;  ///< position in items_ plus 1; 0 is free; a power of two of them
};

}  // namespace tcm::service
