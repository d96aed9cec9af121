// SPDX-License-Identifier: Apache-2.0
// An interrupt (Ctrl-C, SIGTERM) that ends the work between two steps instead of the process, and a line that shows how
// the work goes on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "cli/output/progress.hpp"
#include "cli/run/context.hpp"
#include "core/index/index.hpp"

namespace tcm::cli {

/// While it lives, an interrupt sets `stop`, which also ends a wait of `index` for its server. One at a time in the
/// process.
class InterruptGuard {
 public:
  InterruptGuard(std::atomic<bool>& stop, index::Index& index) : InterruptGuard(stop, &index) {}
  /// The same without an index, when that is null.
  InterruptGuard(std::atomic<bool>& stop, index::Index* index);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  index::Index* index_;
  struct sigaction old_interrupt_ {};
  struct sigaction old_terminate_ {};
};

/// Shows how a run goes on, if anybody can see it: asks `poll` ten times a second for what to show.
class ProgressWatch {
 public:
  using Poll = std::function<void(Progress& line)>;
  ProgressWatch(const Context& context, std::string_view label, Poll poll);
  ~ProgressWatch();
  ProgressWatch(const ProgressWatch&) = delete;
  ProgressWatch& operator=(const ProgressWatch&) = delete;

 private:
  void watch();

  Poll poll_;
  Progress line_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace tcm::cli
