// SPDX-License-Identifier: Apache-2.0
// What a look at an entry from outside tells: what lies in it, how old it is, who may be using it. See entry_look.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/disk/directory.hpp"
#include "core/model/change.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

struct InspectedFile {
  std::string name;  ///< relative to the entry; with a slash when it lies in a temporary directory
  disk::Node node;
};

struct Inspection {
  model::EntryStamp stamp;           ///< `settled` is always true: nothing was read
  std::vector<InspectedFile> files;  ///< regular files, sorted by name, those of nested directories included
  /// When somebody last had to do with any of it: the newest access or modification time of its files; the modification
  /// time of the directory when it has none. Change times do not count: links and backups move those.
  std::int64_t last_use_ns = 0;
  std::int64_t newest_ns = 0;               ///< the newest modification time of the entry and of the temporaries in it
  std::uint64_t allocated = 0;              ///< as `du -l`: its files and directories
  std::vector<std::string> temporaries;     ///< names directly in the entry that writers use
  std::uint64_t temporary_directories = 0;  ///< bytes on the disk of those that are directories, without their files
  /// Other directories directly in the entry or in a temporary ("tmp.…/mine"): nobody's but a user's.
  std::vector<std::string> nested;
  std::vector<std::string> links;    ///< symbolic links in it, relative to the entry
  std::vector<std::string> devices;  ///< sockets, FIFOs and devices in it
  /// Set when a live writer has a temporary in it: what is known of that writer, "pid 4121".
  std::string writer;
  /// Set when it, or a group in it, is another user's and this one is not root: whose. Its files cannot be rewritten
  /// then and stay that user's.
  std::optional<std::uint32_t> other_user;
  bool removable = true;  ///< false when it is another user's, who did not allow this one to remove it
  /// Set when it cannot be dealt with at all, whatever is asked: mount_point, symlink, gone, unreadable; with one line.
  std::optional<model::KeptReason> untouchable;
  std::string detail;
};

}  // namespace tcm::cache
