// SPDX-License-Identifier: Apache-2.0
// A file that says when something was done last, and that one process at a time may hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::util {

class StampFile {
 public:
  /// Takes the file, which is made when it is not there, with its directories. Never waits: nothing when another
  /// process holds it. Errors: denied, no_space, failed.
  static Result<std::optional<StampFile>> take(const std::string& path);

  /// The time that set() noted last; nothing for a new file, or one that holds something else.
  std::optional<std::int64_t> last_ns() const { return last_ns_; }

  /// Errors: no_space, failed.
  Result<void> set(std::int64_t time_ns);

 private:
  StampFile(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  Fd fd_;  // holds the lock, which ends with it
  std::optional<std::int64_t> last_ns_;
};

}  // namespace tcm::util
