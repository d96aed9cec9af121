// SPDX-License-Identifier: Apache-2.0
// The system calls that read: everything relative to an open directory, no symbolic link followed, nothing
// waited for. Functions return 0 or an errno, as they are called for every file. Thread-safe as the calls themselves
// are.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <dirent.h>

#include "core/util/system/fd.hpp"

namespace tcm::disk {

enum class NodeType : std::uint8_t { directory, file, link, other };

struct Node {
  NodeType type = NodeType::other;
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::int64_t atime_ns = 0;
  std::uint64_t device = 0;
  std::uint64_t links = 0;
  std::uint64_t allocated = 0;  ///< bytes that it takes on the disk, as du counts them
  std::uint32_t mode = 0;       ///< permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t bytes = 0;   ///< of a regular file
  bool mount_point = false;  ///< something is mounted here, be it of the same file system
};

/// A buffer for list_directory, aligned for the records that the kernel writes into it. Large enough that an ordinary
/// entry is one call to the kernel.
struct alignas(dirent64) ListBuffer {
  std::array<std::byte, std::size_t{32} << 10> bytes;
};

/// This thread's own buffer. Only for a listing that ends before the same thread begins another with it.
ListBuffer& list_buffer();

int stat_at(int directory, const char* name, Node& node);
int stat_of(int fd, Node& node);

/// Opens a directory for reading; fails with ELOOP or ENOTDIR when `name` is a link or no directory.
int open_directory_at(int directory, const char* name, util::Fd& opened);

/// The same for `name`, a single component, when something is going to be changed in it: fails with EXDEV when it is a
/// mount point, with ELOOP or ENOTDIR as above.
int open_own_directory_at(int directory, const char* name, util::Fd& opened);

/// The same for a path from the top that was resolved before: fails with ELOOP when any of its components is a link by
/// now. Where the system cannot tell (before Linux 5.6), only the last one is looked at.
int open_resolved_directory(const char* path, util::Fd& opened);

/// Opens a regular file for reading; everything else fails, a link with ELOOP, the rest with EINVAL. Never waits.
int open_file_at(int directory, const char* name, util::Fd& opened, Node& node);

enum class ReadStatus : std::uint8_t { ok, too_large, not_a_file, failed };

struct ReadOutcome {
  ReadStatus status = ReadStatus::failed;
  int error = 0;              ///< errno when failed; ELOOP: a symbolic link
  std::uint64_t bytes = 0;    ///< the file's size, unless failed
  std::int64_t atime_ns = 0;  ///< the file's access time before it was read, unless failed
  /// The access time that this reading left: the kernel lets only a file's owner and root leave none. 0: left as it
  /// was.
  std::int64_t left_ns = 0;
};

/// Reads a regular file of at most `limit` bytes into `text`. Never waits: a FIFO or device is not_a_file.
ReadOutcome read_file_at(int directory, const char* name, std::size_t limit, std::string& text);

/// Reads a regular file in pieces of at most the size of `buffer`, and hands each to `each`. Fails with EFBIG when it
/// has more than `limit` bytes, and as open_file_at.
int read_file_in_pieces(int directory, const char* name, std::uint64_t limit, std::span<char> buffer,
                        const std::function<void(std::string_view piece)>& each);

/// Type of a listed name; asks the file system when the listing does not tell.
int type_of(int directory, const dirent64& item, NodeType& type);

/// Calls `each(const char* name, NodeType)` for everything in the directory but "." and "..", from where its
/// descriptor stands; stops when that returns false. What vanishes meanwhile may or may not be reported.
template <class Each>
int list_directory(int directory, ListBuffer& buffer, Each&& each) {
  for (;;) {
    const ssize_t got = ::getdents64(directory, buffer.bytes.data(), buffer.bytes.size());
    if (got == 0) return 0;
    if (got < 0) return errno;
    for (ssize_t at = 0; at < got;) {
      const auto* item = reinterpret_cast<const dirent64*>(buffer.bytes.data() + at);
      at += item->d_reclen;
      const char* name = item->d_name;
      if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))) continue;
      NodeType type = NodeType::other;
      if (const int error = type_of(directory, *item, type); error == ENOENT) continue;
      if (!each(name, type)) return 0;
    }
  }
}

}  // namespace tcm::disk
