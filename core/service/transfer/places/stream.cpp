// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/places/stream.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util/system/system_error.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {

InputFile::State InputFile::state_of(const struct ::stat& node) {
  State state;
  state.regular = S_ISREG(node.st_mode);
  state.device = node.st_dev;
  state.inode = node.st_ino;
  state.bytes = static_cast<std::uint64_t>(node.st_size);
  state.ctime_ns = node.st_ctim.tv_sec * util::kSecond + node.st_ctim.tv_nsec;
  return state;
}

InputFile::InputFile(std::string name, util::Fd file, int fd)
    : name_(std::move(name)), file_(std::move(file)), fd_(fd) {
  struct stat node {};
  if (::fstat(fd_, &node) == 0) opened_ = state_of(node);
}

Result<InputFile> InputFile::open(const std::string& path) {
  util::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) return util::system_error(path + ": cannot be read", errno);
  struct stat there {};
  if (::fstat(file.get(), &there) == 0 && S_ISDIR(there.st_mode))
    return fail(ErrorCode::failed, path + ": a directory; write dir:" + path + " for a cache directory");
  const int fd = file.get();
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return InputFile(path, std::move(file), fd);
}

InputFile InputFile::standard() { return InputFile("standard input", util::Fd(), STDIN_FILENO); }

cache::ArchiveReader::Source InputFile::source() {
  return [this](std::span<char> buffer) -> Result<std::size_t> {
    for (;;) {
      const ssize_t got = ::read(fd_, buffer.data(), buffer.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return util::system_error(name_ + ": cannot be read", errno);
    }
  };
}

std::string InputFile::head(std::size_t bytes) const {
  std::string text(bytes, '\0');
  const ssize_t got = ::pread(fd_, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

bool InputFile::is_unchanged() const {
  struct stat now {};
  if (::fstat(fd_, &now) != 0 || state_of(now) != opened_) return false;
  return ::stat(name_.c_str(), &now) == 0 && state_of(now) == opened_;
}

}  // namespace tcm::service
