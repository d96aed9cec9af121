// SPDX-License-Identifier: Apache-2.0
// What doctor saw of the machine: values for whoever shows them. Times are nanoseconds since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/places/disk_use.hpp"
#include "core/model/words.hpp"
#include "core/service/doctor/finding.hpp"
#include "core/util/machine/mounts.hpp"

namespace tcm::service {

/// Where a size comes from.
enum class SizeSource : std::uint8_t {
  index,  ///< what the index knows, of a cache that did not change since
  disk,   ///< measured
  part,   ///< measured in part: it is more than that
  none,   ///< nobody knows
};
std::string_view to_string(SizeSource source);

/// A cache directory with Triton's entries, or the place of one.
struct CacheState {
  std::string path;
  std::string tool;                       ///< of the table of known places; empty: known from the index alone
  std::vector<std::string> known_from;    ///< see FoundPlace; "index"; "settings"
  std::optional<model::Layout> layout{};  ///< absent: it is not there, or holds no root
  std::uint64_t roots = 0;
  bool exists = false;
  bool indexed = false;
  bool stale = false;                        ///< something came or went since it was indexed
  std::int64_t indexed_ns = 0;               ///< the oldest of its roots; 0: never
  std::uint64_t bytes = 0;                   ///< apparent
  std::optional<std::uint64_t> allocated{};  ///< on the disk; absent when the index told the size
  SizeSource size_from = SizeSource::none;
};

/// A cache of other kernels, which tcm does not touch.
struct OtherCache {
  std::string path;
  std::string tool;
  std::string what;  ///< what the tool keeps there, for people
  std::vector<std::string> known_from;
  cache::DiskUse use;
};

/// A file system on which a cache lies.
struct MountState {
  util::Mount mount;
  std::optional<util::FileSystemRoom> room{};
  std::vector<std::string> caches;  ///< on it
};

struct PluginState {
  std::string id;
  std::string version;
  std::string path;
};

struct DatabaseState {
  std::string where;  ///< without secrets
  std::string kind;   ///< empty: it could not be asked
  int schema = 0;
  std::int64_t bytes = 0;
  std::int64_t hosts = -1;  ///< -1: not known
  std::int64_t roots = -1;
  std::int64_t records = -1;
  bool checked = false;  ///< it was read through, and holds together
};

struct SettingsFile {
  std::string layer;
  std::string path;
  bool exists = false;
  std::string ignored;  ///< why it does not count; empty: it does
};

/// A running process that has to do with kernel caches.
struct JobState {
  int process = 0;
  std::string user;
  std::string command;
  std::vector<std::string> variables;  ///< "TRITON_CACHE_DIR=/scratch/cache"
  std::vector<std::string> mapped;     ///< Triton's library and files of caches
  bool same_mounts = true;
};

struct DoctorReport {
  std::vector<CacheState> caches;
  std::vector<OtherCache> others;
  std::vector<MountState> mounts;
  std::vector<PluginState> plugins;
  std::optional<DatabaseState> database{};
  std::vector<SettingsFile> settings;  ///< in order of precedence
  std::vector<JobState> jobs;
  std::uint64_t hidden_processes = 0;
  std::vector<DoctorFinding> findings;  ///< by section, errors first within each

  std::uint64_t count(cache::Severity severity) const;
};

}  // namespace tcm::service
