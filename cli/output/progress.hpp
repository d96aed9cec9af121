// SPDX-License-Identifier: Apache-2.0
// The line that shows that long work goes on: "Indexing ~/.triton/cache  12,345 entries  3.1 GiB  00:04".
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "cli/output/terminal.hpp"

namespace tcm::cli {

/// The text of the line, cut to `width` columns. `bytes` 0 leaves the size out, `total` 0 how much of it is done.
std::string format_progress(std::string_view label, std::uint64_t entries, std::uint64_t bytes,
                            std::chrono::seconds elapsed, std::size_t width, std::uint64_t total = 0);

/// Drawn by a thread of its own, at most ten times a second, on one line that is cleared at the end. Without a terminal
/// that can redraw lines, or not `enabled`, nothing is drawn and no thread runs; counting still works.
class Progress {
 public:
  /// `label` is text for people ("Indexing ~/.triton/cache"); it is escaped here. The stream is not owned.
  Progress(std::string_view label, const Terminal& terminal, bool enabled, std::FILE* stream = stderr);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { stop(); }

  /// From any thread.
  void add(std::uint64_t entries, std::uint64_t bytes) {
    entries_.fetch_add(entries, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }

  /// Replaces the totals, for work that counts by itself. From any thread.
  void set(std::uint64_t entries, std::uint64_t bytes) {
    entries_.store(entries, std::memory_order_relaxed);
    bytes_.store(bytes, std::memory_order_relaxed);
  }

  /// How many entries there are in all, where that is known. From any thread.
  void expect(std::uint64_t entries) { total_.store(entries, std::memory_order_relaxed); }

  /// Clears the line and ends the thread. May be called more than once, by the owning thread.
  void stop();

 private:
  void run();

  std::string label_;
  std::size_t width_;
  std::FILE* stream_;
  std::atomic<std::uint64_t> entries_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> total_{0};
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tcm::cli
