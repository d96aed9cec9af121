// SPDX-License-Identifier: Apache-2.0
// Hears of changes in directories (inotify). What it hears is a hint that something is to be looked at, and no more:
// the kernel drops what nobody fetches in time, and says so.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

struct inotify_event;

namespace tcm::disk {

/// What was heard since it was last asked.
struct ChangeHint {
  bool changed = false;     ///< names came, went or were moved
  bool overflowed = false;  ///< and more than could be told
};

/// One thread.
class ChangeWatch {
 public:
  /// Errors: failed; the message names the kernel's limit when that is reached.
  static Result<ChangeWatch> create();

  /// Also hears of names that come and go in this directory, given by its resolved path; with `only`, of that name
  /// alone. Twice is once. Errors: missing; denied; no_space: the kernel's limit of watches is reached, which the
  /// message names; failed.
  Result<void> add(const std::string& directory, const std::string& only = {});

  bool has(const std::string& directory) const { return directories_.contains(directory); }
  std::size_t count() const { return directories_.size(); }

  /// Sleeps until something is heard, the time is over (absent: there is none), or a signal has set `stop`: SIGINT and
  /// SIGTERM come through here only while it sleeps, so that none is missed. Errors: failed.
  Result<ChangeHint> wait(std::optional<std::chrono::milliseconds> time, const std::atomic<bool>& stop);

  /// Sleeps for that time, or until a signal has set `stop`, and hears nothing.
  void pause(std::chrono::milliseconds time, const std::atomic<bool>& stop) const;

 private:
  struct Watched {
    std::string directory;
    std::set<std::string> only;  // empty: any name
  };

  explicit ChangeWatch(util::Fd fd) : fd_(std::move(fd)) {}
  void sleep(int fd, std::optional<std::chrono::milliseconds> time, const std::atomic<bool>& stop) const;
  Result<ChangeHint> fetch();
  void take(const ::inotify_event& event, std::string_view name, ChangeHint& hint);

  util::Fd fd_;
  std::map<int, Watched> watches_;  // by the kernel's number
  std::set<std::string> directories_;
};

}  // namespace tcm::disk
