// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/stamp_file.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/util/system/file.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::util {

Result<std::optional<StampFile>> StampFile::take(const std::string& path) {
  TCM_TRY(make_private_directories(std::filesystem::path(path).parent_path().string()));
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!fd.valid()) return system_error(path + ": cannot be opened for writing", errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::optional<StampFile>();
    return system_error(path + ": cannot be locked", errno);
  }
  StampFile stamp(path, std::move(fd));
  std::array<char, 32> text{};
  const ssize_t got = ::pread(stamp.fd_.get(), text.data(), text.size(), 0);
  std::int64_t time = 0;
  if (got > 0 && std::from_chars(text.data(), text.data() + got, time).ec == std::errc()) stamp.last_ns_ = time;
  return std::optional(std::move(stamp));
}

Result<void> StampFile::set(std::int64_t time_ns) {
  // One call, and always of the same length: whoever reads it after a kill finds the old time or the new one.
  const std::string text = fmt::format("{:020}\n", time_ns);
  const ssize_t put = ::pwrite(fd_.get(), text.data(), text.size(), 0);
  if (put != static_cast<ssize_t>(text.size()))
    return system_error(path_ + ": cannot be written", put < 0 ? errno : ENOSPC);
  last_ns_ = time_ns;
  return {};
}

}  // namespace tcm::util
