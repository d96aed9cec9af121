// SPDX-License-Identifier: Apache-2.0
#include "core/service/hits/log_dir.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/disk/directory.hpp"
#include "core/util/system/path.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

constexpr std::string_view kEnding = ".hits";

tl::unexpected<Error> cannot_read(const std::string& path, int error) {
  const std::string what = util::escape_control(path) + ": cannot be read";
  if (error == ELOOP || error == EINVAL) return fail(ErrorCode::failed, what + ": not a regular file");
  return util::system_error(what, error);
}

/// Puts lines together from pieces; a line that is too long is passed over.
class LineReader {
 public:
  LineReader(const std::function<void(LookupLine&& line)>& each, LogPart& part) : each_(each), part_(part) {}

  void add(std::string_view piece) {
    while (!piece.empty()) {
      const std::size_t end = piece.find('\n');
      const std::string_view text = piece.substr(0, end);
      if (rest_.size() <= kLongestLine) rest_ += text.substr(0, kLongestLine + 1);
      pending_ += text.size();
      if (end == std::string_view::npos) return;
      finish_line();
      piece.remove_prefix(end + 1);
    }
  }

 private:
  void finish_line() {
    if (auto line = parse_lookup(rest_))
      each_(std::move(*line));
    else if (pending_ > 0)
      ++part_.unreadable;
    part_.read_to += pending_ + 1;
    rest_.clear();
    pending_ = 0;
  }

  const std::function<void(LookupLine&& line)>& each_;
  LogPart& part_;
  std::string rest_;           // what the line has so far, or the first bytes of it
  std::uint64_t pending_ = 0;  // how long it is so far
};

}  // namespace

std::string_view job_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (!name.ends_with(kEnding) || dot == 0 || dot == std::string_view::npos || name.size() > 255) return {};
  return dot + kEnding.size() < name.size() ? name.substr(0, dot) : std::string_view();
}

Result<LogDirectory> LogDirectory::open(const std::string& path) {
  util::Fd fd;
  const std::string resolved = util::canonical_directory(path);
  if (const int error = disk::open_directory_at(AT_FDCWD, resolved.c_str(), fd); error != 0) {
    if (error == ENOTDIR || error == ELOOP)
      return fail(ErrorCode::failed, util::escape_control(path) + ": not a directory");
    return cannot_read(path, error);
  }
  return LogDirectory(path, std::move(fd));
}

Result<std::vector<std::string>> LogDirectory::names(std::string_view job) const {
  util::Fd listing;  // of its own, for a listing goes on where the last one ended
  if (const int error = disk::open_directory_at(fd_.get(), ".", listing); error != 0) return cannot_read(path_, error);
  std::vector<std::string> found;
  const int error = disk::list_directory(listing.get(), disk::list_buffer(), [&](const char* name, disk::NodeType) {
    const std::string_view of = job_of(name);
    if (!of.empty() && (job.empty() || of == job)) found.emplace_back(name);
    return true;
  });
  if (error != 0) return cannot_read(path_, error);
  std::sort(found.begin(), found.end(), [](const std::string& a, const std::string& b) {
    return std::pair(job_of(a), std::string_view(a)) < std::pair(job_of(b), std::string_view(b));
  });
  return found;
}

Result<LogPart> LogDirectory::read(const std::string& name, std::uint64_t from,
                                   const std::function<void(LookupLine&& line)>& each) const {
  const std::string path = path_ + "/" + name;
  util::Fd file;
  disk::Node node;
  if (const int error = disk::open_file_at(fd_.get(), name.c_str(), file, node); error != 0)
    return cannot_read(path, error);
  if (node.bytes > kLargestLog)
    return fail(ErrorCode::failed, util::escape_control(path) + ": not read: larger than any log of the tracker");
  LogPart part{from, 0};
  LineReader lines(each, part);
  std::array<char, std::size_t{64} << 10> buffer;
  for (std::uint64_t at = from; at < kLargestLog;) {
    const ::ssize_t got = ::pread(file.get(), buffer.data(), buffer.size(), static_cast<::off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) break;
    lines.add({buffer.data(), static_cast<std::size_t>(got)});
    at += static_cast<std::uint64_t>(got);
  }
  return part;
}

}  // namespace tcm::service
