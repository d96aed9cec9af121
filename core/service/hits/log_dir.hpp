// SPDX-License-Identifier: Apache-2.0
// The directory into which the processes of jobs log their look-ups, a file each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/service/hits/line.hpp"
#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::service {

/// A log is read up to here; the tracker stops earlier.
inline constexpr std::uint64_t kLargestLog = std::uint64_t{32} << 20;

/// What of a log was read.
struct LogPart {
  std::uint64_t read_to = 0;     ///< behind the last line that has its end
  std::uint64_t unreadable = 0;  ///< lines that no tracker writes
};

class LogDirectory {
 public:
  /// Errors: missing, denied, failed.
  static Result<LogDirectory> open(const std::string& path);

  /// The names of the logs, or of one job's; those of a job follow each other. Errors: failed.
  Result<std::vector<std::string>> names(std::string_view job = {}) const;

  /// Calls `each` for every whole line from `from` on. A file that is none of the tracker's (a link, a pipe, too large)
  /// is an error that names it. Errors: missing, denied, failed.
  Result<LogPart> read(const std::string& name, std::uint64_t from,
                       const std::function<void(LookupLine&& line)>& each) const;

  const std::string& path() const { return path_; }

 private:
  LogDirectory(std::string path, util::Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  util::Fd fd_;
};

/// The job that a log belongs to; empty when no tracker gives a file such a name.
std::string_view job_of(std::string_view log_name);

}  // namespace tcm::service
