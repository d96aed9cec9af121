// SPDX-License-Identifier: Apache-2.0
#include "core/cache/directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tcm::cache {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// POSIX counts st_blocks in units that it does not name; Linux and every other system that matters use 512 bytes.
constexpr std::uint64_t kBlock = 512;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * kNsPerSecond + time.tv_nsec; }

void fill(const struct stat& from, Node& node) {
  node.inode = from.st_ino;
  node.mtime_ns = nanoseconds(from.st_mtim);
  node.ctime_ns = nanoseconds(from.st_ctim);
  node.atime_ns = nanoseconds(from.st_atim);
  node.device = from.st_dev;
  node.links = from.st_nlink;
  node.allocated = static_cast<std::uint64_t>(from.st_blocks) * kBlock;
  node.mode = from.st_mode & 07777U;
  node.uid = from.st_uid;
  node.gid = from.st_gid;
  node.bytes = 0;
  if (S_ISREG(from.st_mode)) {
    node.type = NodeType::file;
    node.bytes = static_cast<std::uint64_t>(from.st_size);
  } else if (S_ISDIR(from.st_mode)) {
    node.type = NodeType::directory;
  } else {
    node.type = S_ISLNK(from.st_mode) ? NodeType::link : NodeType::other;
  }
}

int open_at(int directory, const char* name, int flags, util::Fd& opened) {
  for (;;) {
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    constexpr int kReading = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
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

int stat_at(int directory, const char* name, Node& node) {
  struct stat found {};
  if (::fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  fill(found, node);
  return 0;
}

int stat_of(int fd, Node& node) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) return errno;
  fill(found, node);
  return 0;
}

int open_directory_at(int directory, const char* name, util::Fd& opened) {
  return open_at(directory, name, O_DIRECTORY, opened);
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
  if (node.type != NodeType::file) {
    outcome.status = ReadStatus::not_a_file;
  } else if (node.bytes > limit) {
    outcome.status = ReadStatus::too_large;
  } else {
    text.resize(node.bytes);
    outcome.error = read_all(file.get(), text);
    outcome.status = outcome.error == 0 ? ReadStatus::ok : ReadStatus::failed;
  }
  return outcome;
}

std::string_view error_text(int error) {
  const char* text = ::strerrordesc_np(error);
  return text ? text : "unknown error";
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

}  // namespace tcm::cache
