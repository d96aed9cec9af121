// SPDX-License-Identifier: Apache-2.0
// The values that pass between the disk, the index and the services. Plain data: no I/O, no invariants beyond the
// comments. Sizes are bytes (apparent size, as `find -printf %s`), times nanoseconds since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/digest.hpp"
#include "core/model/resource.hpp"
#include "core/model/words.hpp"

namespace tcm::model {

/// One file of an entry. `name` is its path relative to the entry, as it stands on disk (any bytes).
struct Artifact {
  std::string name;
  ArtifactKind kind = ArtifactKind::other;
  std::string type;  ///< short label: "ttir", "json", or a plugin's; the bare extension when nobody knows it
  std::uint64_t bytes = 0;
};

/// Sums over artifacts. `metadata` includes the group.
struct ByteTotals {
  std::uint64_t ir = 0;
  std::uint64_t assembly = 0;
  std::uint64_t binary = 0;
  std::uint64_t source = 0;
  std::uint64_t module = 0;
  std::uint64_t metadata = 0;
  std::uint64_t other = 0;

  void add(ArtifactKind kind, std::uint64_t bytes);
  ByteTotals& operator+=(const ByteTotals& more);
  std::uint64_t total() const { return ir + assembly + binary + source + module + metadata + other; }
};

ByteTotals totals_of(const std::vector<Artifact>& artifacts);

/// What is known of a kernel beyond its files. A field that the metadata lacks, or holds with another type, is absent.
struct KernelFacts {
  std::string name;            ///< the kernel's name; for other entries the stem of their file, or empty
  std::string backend;         ///< Triton's target name ("cuda", "hip", …); empty when nothing tells
  std::string arch;            ///< canonical form (see the plugin interface); empty when nothing tells
  std::string triton_version;  ///< as written; empty up to Triton 3.2
  std::optional<std::int64_t> num_warps;
  std::optional<std::int64_t> num_stages;
  std::optional<std::int64_t> num_ctas;
  std::optional<std::int64_t> warp_size;
  std::optional<std::int64_t> shared_bytes;
  std::string metadata;  ///< the metadata file, whole, as it stands on disk (valid UTF-8 JSON); empty when none
};

/// One line of the index: a kernel of an entry, or an entry that holds none. Every file of an entry belongs to exactly
/// one of its records, so sums over records are sums over the disk.
struct Record {
  EntryKind kind = EntryKind::empty;
  KernelFacts facts;
  std::vector<Artifact> artifacts;
  std::vector<Resource> resources;  ///< of the kernel; empty when no backend reads it
  /// The root as the kernel's group names it, any text at all; empty: the group names none. The index keeps only
  /// whether that is another directory.
  std::string named_root;
  bool elsewhere = false;  ///< it is, so that Triton misses the kernel, or reads its files there
  /// Which backend named and read the files: id and version; empty when none serves the target. When that changes, the
  /// entry is read again.
  std::string probed_by;
  /// Bytes a thread keeps in memory for want of registers; absent when nobody knows.
  std::optional<std::int64_t> spill_bytes;
  SkipReason problem = SkipReason::none;
  std::string problem_detail;  ///< what exactly was wrong, one line, empty without a problem
};

/// What tells, without opening it, whether an entry changed. The change time is what counts: modification times can be
/// set, and are set back when an entry is pruned, so that its age stays.
struct EntryStamp {
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  bool settled = true;  ///< false: so young when read that a later change might leave the same times; read it again

  /// The same directory in the same state, as far as its times tell.
  bool same_state(const EntryStamp& other) const {
    return inode == other.inode && mtime_ns == other.mtime_ns && ctime_ns == other.ctime_ns;
  }
};

/// What tells a use of an entry from tcm's own reading, where that changes access times.
struct OwnReading {
  std::int64_t used_ns = 0;  ///< the newest access time of the files that count, before they were read
  std::int64_t left_ns = 0;  ///< the newest access time that the reading left; 0: it left none

  /// What an access time says now: later ones are uses, earlier ones the reading's or what `used_ns` has.
  std::int64_t last_use(std::int64_t atime_ns) const { return atime_ns > left_ns ? atime_ns : used_ns; }
  /// One more reading, after this one.
  void add(const OwnReading& next) {
    used_ns = left_ns == 0 ? next.used_ns : last_use(next.used_ns);
    left_ns = left_ns > next.left_ns ? left_ns : next.left_ns;
  }
};

/// One key directory, read. Always holds at least one record; several when it holds several groups.
struct Entry {
  std::string key;
  EntryStamp stamp;
  OwnReading reading;
  std::vector<Record> records;
  std::vector<FileDigest> digests;  ///< of what a process runs of it; empty: none was computed
};

/// One root, as found on disk.
struct RootLocation {
  std::string path;       ///< canonical: absolute, no links, no dots
  std::string cache_dir;  ///< canonical path of the cache directory that it was found in
  Layout layout = Layout::triton;
};

/// Where a directory really is: two with the same place are one directory, also when two hosts see it. Empty: not
/// known.
struct DirectoryPlace {
  std::string file_system;  ///< the same text on every host that sees this file system
  std::uint64_t inode = 0;

  bool operator==(const DirectoryPlace&) const = default;
};

/// Files of a cache directory that lie in no entry: counted, never touched.
struct OtherFiles {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

}  // namespace tcm::model
