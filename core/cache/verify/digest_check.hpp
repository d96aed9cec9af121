// SPDX-License-Identifier: Apache-2.0
// Compares the bytes of an entry's files with digests that were recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/cache/verify/kernel_on_disk.hpp"
#include "core/model/digest.hpp"

namespace tcm::cache {

class DigestCheck {
 public:
  /// `entry` is the entry's directory, with this change time; `recorded` is borrowed.
  DigestCheck(int entry, std::int64_t entry_ctime_ns, const model::EntryDigests& recorded)
      : entry_(entry), entry_ctime_ns_(entry_ctime_ns), recorded_(recorded) {}

  /// Reads the file; says so when it is the one that was recorded and holds other bytes. What cannot be read is for
  /// others to tell.
  std::optional<FileDamage> compare(const std::string& file);

  /// Files that were to be compared, and of which nothing was recorded, or of another file of that name.
  std::uint64_t unrecorded() const { return unrecorded_; }

 private:
  int entry_;
  std::int64_t entry_ctime_ns_;
  const model::EntryDigests& recorded_;
  std::uint64_t unrecorded_ = 0;
};

}  // namespace tcm::cache
