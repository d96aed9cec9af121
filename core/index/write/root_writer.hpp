// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/model/entry.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// Writes of one index run into one root. Nothing is visible to others before its batch is committed; a writer that is
/// destroyed without finish() leaves what was committed, and a consistent index.
class RootWriter {
 public:
  virtual ~RootWriter() = default;
  /// Adds or replaces all records of one entry; first-seen times survive.
  virtual Result<void> put(const model::Entry& entry) = 0;
  /// Removes all records of the entry of this record id.
  virtual Result<void> remove(std::int64_t id) = 0;
  /// Brings files, sizes and the stamp of an entry's records up to date and leaves the rest of them as it is: for an
  /// entry that lost some of its files. A record that is not there is not made.
  virtual Result<void> put_files(const model::Entry& entry) = 0;
  /// Commits the last batch, and stores sums and the time of the run in the root's row.
  virtual Result<void> finish(const model::OtherFiles& other_files) = 0;
};

/// So few that other writers wait for tens of milliseconds only; so many that the pages of an index, which random keys
/// touch all over, are written once for many rows.
inline constexpr std::size_t kBatchEntries = 1'000;

}  // namespace tcm::index
