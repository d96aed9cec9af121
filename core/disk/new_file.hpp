// SPDX-License-Identifier: Apache-2.0
// Files and directories that are made where none were: everything relative to an open directory, by single names, no
// link followed. Functions return 0 or an errno. Thread-safe as the calls themselves are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/disk/directory.hpp"

namespace tcm::disk {

/// Whose a new file is to be; nothing: this process's user's. Only root can choose.
struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// A directory with the rights that the process's umask leaves, as any program makes it.
int make_plain_directory_at(int directory, const char* name, const std::optional<Owner>& owner);

/// As `mkdir -p`: makes what is missing of an absolute path, with the same rights. Links are followed.
int make_plain_directories(const std::string& path);

/// A file that is being written. One thread at a time.
class NewFile {
 public:
  /// Makes it, with the rights that the umask leaves. EEXIST when something is called so.
  int create(int directory, const char* name, const std::optional<Owner>& owner);
  bool is_open() const { return file_.valid(); }
  int write(std::string_view piece);
  /// Lets it hold what another file holds, in the same place on the disk, where the file system can do that.
  int share_blocks(int with);
  /// What the system says at the end, such as that the disk was full.
  int close();

 private:
  util::Fd file_;
};

}  // namespace tcm::disk
