// SPDX-License-Identifier: Apache-2.0
// A thread from which no exception escapes: one that does ends the process.
#pragma once

#include <functional>
#include <thread>

#include "core/util/result.hpp"

namespace tcm::util {

/// The exception that is being handled, as an error (failed). For catch blocks. Never throws, also not when the
/// exception says that there is no memory.
Error current_error() noexcept;

class Thread {
 public:
  /// Runs `body` in a thread. What it throws goes to `failed`, in that thread, which must not throw itself. Errors:
  /// failed (the system starts no more threads); `body` did not run then.
  static Result<Thread> start(std::function<void()> body, std::function<void(Error&& error)> failed);

  Thread() = default;
  Thread(Thread&&) noexcept = default;
  /// Only onto one that is joined.
  Thread& operator=(Thread&&) noexcept = default;
  ~Thread() { join(); }

  /// Waits for the end of the body. May be called more than once.
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  explicit Thread(std::thread thread) : thread_(std::move(thread)) {}
  std::thread thread_;
};

}  // namespace tcm::util
