// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/stream.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util/system/system_error.hpp"

namespace tcm::service {

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

}  // namespace tcm::service
