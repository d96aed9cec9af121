// SPDX-License-Identifier: Apache-2.0
// File systems as they are mounted here, and how much room they have. All functions are thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcm::util {

/// What a mount does with the time of the last access.
enum class AccessTimes : std::uint8_t {
  relatime,     ///< about once a day, and after each change
  strictatime,  ///< at every read
  noatime,      ///< never
};

struct Mount {
  std::string point;   ///< where, absolute
  std::string type;    ///< "ext4", "nfs4", "tmpfs"
  std::string source;  ///< the device or the server
  AccessTimes access_times = AccessTimes::relatime;
  bool read_only = false;
  bool no_exec = false;
};

/// "noatime"
std::string_view to_string(AccessTimes times);

/// Reads a text of the form of proc(5), mountinfo. Lines of another form are left out.
std::vector<Mount> parse_mounts(std::string_view mountinfo);

/// The mounts that this process sees, in the order in which they were mounted; none when procfs, which lies at `proc`,
/// does not tell. Reads at most 4 MiB.
std::vector<Mount> read_mounts(const std::string& proc);

/// The mount in which a canonical path lies. Null when there is none.
const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path);

/// Whether other machines may see and change the same files at the same time.
bool is_on_network(const Mount& mount);

/// Whether its files are gone when the machine starts again.
bool is_in_memory(const Mount& mount);

struct FileSystemRoom {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;   ///< for a user who is not root
  std::uint64_t total_files = 0;  ///< inodes; 0: without a bound of its own
  std::uint64_t free_files = 0;   ///< the same
};

/// Of the file system in which `path` lies; absent when the system does not tell.
std::optional<FileSystemRoom> room_at(const std::string& path);

}  // namespace tcm::util
