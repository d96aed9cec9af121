// SPDX-License-Identifier: Apache-2.0
// Digests of files that were recorded, to tell later whether the same bytes are there.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tcm::model {

/// A file of an entry as it was when its digest was computed.
struct FileDigest {
  std::string file;  ///< its name in the entry
  std::uint64_t bytes = 0;
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;
  std::array<std::uint8_t, 32> sha256{};
};

/// What was recorded of one entry.
struct EntryDigests {
  std::int64_t entry_ctime_ns = 0;  ///< of the entry's directory then: a file that is put there or replaced changes it
  std::vector<FileDigest> files;

  const FileDigest* find(const std::string& file) const {
    for (const FileDigest& digest : files)
      if (digest.file == file) return &digest;
    return nullptr;
  }
};

/// Whether a file that is `now` (whose digest does not matter), in a directory of this change time, is the one that was
/// recorded, be it changed since or not. One that a writer has put in its place is another one, which may rightly
/// differ: that changes the directory, and has another inode or another time. One that was written to where it lies, or
/// that the disk has damaged, is the same.
inline bool is_recorded_file(const EntryDigests& recorded, const FileDigest& then, const FileDigest& now,
                             std::int64_t entry_ctime_ns) {
  return then.inode == now.inode &&
         (recorded.entry_ctime_ns == entry_ctime_ns || (then.mtime_ns == now.mtime_ns && then.bytes == now.bytes));
}

}  // namespace tcm::model
