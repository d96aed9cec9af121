// SPDX-License-Identifier: Apache-2.0
#include "core/disk/directory.hpp"

#include <atomic>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace tcm::disk {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// POSIX counts st_blocks in units that it does not name; Linux and every other system that matters use 512 bytes.
constexpr std::uint64_t kBlock = 512;

std::int64_t nanoseconds(const statx_timestamp& time) { return time.tv_sec * kNsPerSecond + time.tv_nsec; }

NodeType type_of_mode(unsigned mode) {
  if (S_ISREG(mode)) return NodeType::file;
  if (S_ISDIR(mode)) return NodeType::directory;
  return S_ISLNK(mode) ? NodeType::link : NodeType::other;
}

// statx, as it also tells mount points: of a bind mount the device says nothing.
int look_at(int directory, const char* name, int flags, Node& node) {
  struct statx found {};
  if (::statx(directory, name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &found) != 0) return errno;
  node.type = type_of_mode(found.stx_mode);
  node.inode = found.stx_ino;
  node.mtime_ns = nanoseconds(found.stx_mtime);
  node.ctime_ns = nanoseconds(found.stx_ctime);
  node.atime_ns = nanoseconds(found.stx_atime);
  node.device = ::makedev(found.stx_dev_major, found.stx_dev_minor);
  node.links = found.stx_nlink;
  node.allocated = found.stx_blocks * kBlock;
  node.mode = found.stx_mode & 07777U;
  node.uid = found.stx_uid;
  node.gid = found.stx_gid;
  node.bytes = node.type == NodeType::file ? found.stx_size : 0;
  node.mount_point = (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return 0;
}

// O_NONBLOCK: opening a FIFO must not wait for its writer.
constexpr int kReading = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// -1 with ENOSYS where the system does not have it, or a container's filter forbids it.
int open_resolving(int directory, const char* name, int flags, std::uint64_t resolve) {
  static std::atomic<bool> missing = false;
  if (!missing) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = resolve;
    const long fd = ::syscall(SYS_openat2, directory, name, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && (errno != EPERM || (flags & O_NOATIME) != 0))) return static_cast<int>(fd);
    missing = true;
  }
  errno = ENOSYS;
  return -1;
}

int open_beneath(int directory, const char* name, int flags) {
  return open_resolving(directory, name, flags,
                        RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS);
}

// What openat2 does, in two steps.
int open_and_compare(int directory, const char* name, util::Fd& opened) {
  Node parent;
  Node node;
  if (const int error = open_directory_at(directory, name, opened); error != 0) return error;
  if (const int error = stat_of(directory, parent); error != 0) return error;
  if (const int error = stat_of(opened.get(), node); error != 0) return error;
  return node.device == parent.device && !node.mount_point ? 0 : EXDEV;
}

int open_at(int directory, const char* name, int flags, util::Fd& opened) {
  for (;;) {
    // A look of ours is no use of the kernel: access times stay, where the files are ours to ask that of.
    int fd = ::openat(directory, name, kReading | O_NOATIME | flags);
    if (fd < 0 && errno == EPERM) fd = ::openat(directory, name, kReading | flags);
    if (fd >= 0) {
      opened = util::Fd(fd);
      return 0;
    }
    if (errno != EINTR) return errno;
  }
}

bool leaves_no_trace(int fd) { return (::fcntl(fd, F_GETFL) & O_NOATIME) != 0; }

// Reads up to `text.size()` bytes and cuts `text` to what was there.
int read_all(int fd, std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(fd, text.data() + done, text.size() - done);
    if (got == 0) break;
    if (got > 0)
      done += static_cast<std::size_t>(got);
    else if (errno != EINTR)
      return errno;
  }
  text.resize(done);
  return 0;
}

}  // namespace

ListBuffer& list_buffer() {
  thread_local ListBuffer buffer;
  return buffer;
}

int stat_at(int directory, const char* name, Node& node) { return look_at(directory, name, AT_SYMLINK_NOFOLLOW, node); }

int stat_of(int fd, Node& node) { return look_at(fd, "", AT_EMPTY_PATH, node); }

int open_directory_at(int directory, const char* name, util::Fd& opened) {
  return open_at(directory, name, O_DIRECTORY, opened);
}

int open_resolved_directory(const char* path, util::Fd& opened) {
  constexpr int kFlags = kReading | O_DIRECTORY;
  for (;;) {
    int fd = open_resolving(AT_FDCWD, path, kFlags | O_NOATIME, RESOLVE_NO_SYMLINKS);
    if (fd < 0 && errno == EPERM) fd = open_resolving(AT_FDCWD, path, kFlags, RESOLVE_NO_SYMLINKS);
    if (fd >= 0) {
      opened = util::Fd(fd);
      return 0;
    }
    if (errno == ENOSYS) return open_directory_at(AT_FDCWD, path, opened);
    if (errno != EINTR && errno != EAGAIN) return errno;
  }
}

int open_own_directory_at(int directory, const char* name, util::Fd& opened) {
  constexpr int kFlags = kReading | O_DIRECTORY;
  for (;;) {
    int fd = open_beneath(directory, name, kFlags | O_NOATIME);
    if (fd < 0 && errno == EPERM) fd = open_beneath(directory, name, kFlags);
    if (fd >= 0) {
      opened = util::Fd(fd);
      return 0;
    }
    if (errno == ENOSYS) return open_and_compare(directory, name, opened);
    // EAGAIN: something was renamed meanwhile, and the kernel could not be sure.
    if (errno != EINTR && errno != EAGAIN) return errno;
  }
}

int open_file_at(int directory, const char* name, util::Fd& opened, Node& node) {
  if (const int error = open_at(directory, name, 0, opened); error != 0) return error == ENXIO ? EINVAL : error;
  if (const int error = stat_of(opened.get(), node); error != 0) return error;
  return node.type == NodeType::file ? 0 : EINVAL;
}

ReadOutcome read_file_at(int directory, const char* name, std::size_t limit, std::string& text) {
  ReadOutcome outcome;
  util::Fd file;
  Node node;
  text.clear();
  outcome.error = open_at(directory, name, 0, file);
  // ENXIO is what opening a socket gives.
  if (outcome.error == ENXIO) outcome.status = ReadStatus::not_a_file;
  if (outcome.error == 0) outcome.error = stat_of(file.get(), node);
  if (outcome.error != 0) return outcome;
  outcome.bytes = node.bytes;
  outcome.atime_ns = node.atime_ns;
  if (node.type != NodeType::file) {
    outcome.status = ReadStatus::not_a_file;
  } else if (node.bytes > limit) {
    outcome.status = ReadStatus::too_large;
  } else {
    text.resize(node.bytes);
    outcome.error = read_all(file.get(), text);
    outcome.status = outcome.error == 0 ? ReadStatus::ok : ReadStatus::failed;
    if (!leaves_no_trace(file.get()) && stat_of(file.get(), node) == 0 && node.atime_ns != outcome.atime_ns)
      outcome.left_ns = node.atime_ns;
  }
  return outcome;
}

int read_file_in_pieces(int directory, const char* name, std::uint64_t limit, std::span<char> buffer,
                        const std::function<void(std::string_view piece)>& each) {
  util::Fd file;
  Node node;
  if (const int error = open_file_at(directory, name, file, node); error != 0) return error;
  for (std::uint64_t done = 0;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    done += static_cast<std::uint64_t>(got);
    if (node.bytes > limit || done > limit) return EFBIG;
    each({buffer.data(), static_cast<std::size_t>(got)});
  }
}

int type_of(int directory, const dirent64& item, NodeType& type) {
  switch (item.d_type) {
    case DT_REG: type = NodeType::file; return 0;
    case DT_DIR: type = NodeType::directory; return 0;
    case DT_LNK: type = NodeType::link; return 0;
    case DT_UNKNOWN: {
      Node node;
      const int error = stat_at(directory, item.d_name, node);
      // What cannot be asked about is taken for a file, whose reader then says why.
      type = error == 0 ? node.type : NodeType::file;
      return error;
    }
    default: type = NodeType::other; return 0;
  }
}

}  // namespace tcm::disk
