// SPDX-License-Identifier: Apache-2.0
// Whether an entry that comes into a root is the one that is there.
#pragma once

#include <cstdint>
#include <string>

#include "core/cache/pack/carried_entry.hpp"
#include "core/cache/read/root.hpp"

namespace tcm::cache {

enum class Comparison : std::uint8_t {
  absent,     ///< nothing is called so, or an empty directory is
  same,       ///< the same kernel: what both have is equal, and what one lacks is IR, assembly or source
  different,  ///< anything else: both cannot be had
};

struct ComparedEntry {
  Comparison result = Comparison::absent;
  std::string detail;  ///< of `different`: which file, one line, safe to print
};

/// Compares two entries of one key. `coming` lies in a directory of its own, `staging`, and is as carried_entry() gave
/// it for this root. Groups that name other directories do not make a difference. Thread-safe.
ComparedEntry compare_entries(const Root& root, const Root& staging, const CarriedEntry& coming,
                              const CarryOptions& options);

}  // namespace tcm::cache
