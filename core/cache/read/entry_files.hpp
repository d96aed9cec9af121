// SPDX-License-Identifier: Apache-2.0
// What lies in one entry, before anything is made of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcm::cache {

/// Writers nest one deep; a directory below this many is not entered.
inline constexpr int kMaxEntryDepth = 8;
/// Kernels have about ten; one with more than this in it is not read: each name takes memory.
inline constexpr std::size_t kMaxEntryFiles = 4096;

struct EntryFile {
  std::string name;           ///< relative to the entry
  std::size_t base = 0;       ///< where the last component of `name` begins
  std::uint64_t bytes = 0;    ///< valid when `sized`
  std::int64_t atime_ns = 0;  ///< before it was read; valid when `sized`
  bool sized = false;
  bool listed = false;  ///< by the group of its owner
  int owner = -1;       ///< index of the record it belongs to

  bool nested() const { return base != 0; }
  std::string_view base_name() const { return std::string_view(name).substr(base); }
};

struct EntryFiles {
  std::vector<EntryFile> files;     ///< regular ones, sorted by name
  std::vector<std::string> others;  ///< links, FIFOs, sockets, devices directly in the entry: not opened, not counted
  std::vector<std::string> directories;  ///< directly in the entry
  std::int64_t newest_nested_ns = 0;     ///< the latest mtime of anything below `directories`
  bool too_deep = false;
  bool too_many = false;   ///< more than kMaxEntryFiles: listing stopped there
  std::size_t listed = 0;  ///< names of any kind
  bool changed = false;    ///< something vanished between listing and looking
  std::int64_t used_ns =
      0;  ///< the newest access time of groups and binaries before they were read; of all else, without
  std::int64_t left_ns = 0;  ///< the newest access time that reading them left; 0: none
  std::string unreadable;    ///< first thing that could not be looked at, and why; empty when all could

  bool nothing() const { return files.empty() && others.empty() && directories.empty(); }
  /// A file directly in the entry; null when there is none of that name.
  EntryFile* find(std::string_view name);
  const EntryFile* find(std::string_view name) const;
  bool has_other(std::string_view name) const;
};

/// Lists an entry and what is below it. Files directly in the entry are not looked at yet (see size_files). Returns 0
/// or the errno of listing the entry itself; anything else that goes wrong is noted in `found`.
int list_entry(int directory, EntryFiles& found);

/// Gets the sizes and access times of the files that still lack one.
void size_files(int directory, EntryFiles& found);

}  // namespace tcm::cache
