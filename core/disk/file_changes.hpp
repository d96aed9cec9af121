// SPDX-License-Identifier: Apache-2.0
// The system calls that change something: everything relative to an open directory, by single names, no
// link followed. Functions return 0 or an errno. Thread-safe as the calls themselves are.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/disk/directory.hpp"

namespace tcm::disk {

/// For its owner alone.
int make_directory_at(int directory, const char* name);
/// For all who may write in `directory`, as far as this user can give it to them; root gives it to the owner of that.
int make_shared_directory_at(int directory, const char* name);
int unlink_at(int directory, const char* name);
/// An empty directory.
int remove_directory_at(int directory, const char* name);

/// Moves a directory to where nothing is; EEXIST when something is.
int move_directory(int from, const char* name, int to, const char* new_name);
/// Puts a file in the place of another, in one step.
int replace_file(int from, const char* name, int to, const char* new_name);
/// Another name for a file.
int link_file(int from, const char* name, int to, const char* new_name);

/// An existing file that a new one is to be like.
struct LikeFile {
  int directory;
  const char* name;
  const Node& node;
};

/// Writes a new file with the mode, the owner, the times and the access control list of another, and as many of its
/// other extended attributes (user.*, labels) as this user may set. When that fails nothing stays.
int write_file_like(int directory, const char* name, std::string_view text, const LikeFile& like);

/// Sets the modification time and leaves the access time.
int set_mtime(int fd, std::int64_t mtime_ns);

/// All that was written to the file system that the directory lies on. ENOSYS or EINVAL where it cannot be.
int sync_file_system(int directory);
int sync_file(int directory, const char* name);

}  // namespace tcm::disk
