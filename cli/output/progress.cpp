// SPDX-License-Identifier: Apache-2.0
#include "cli/output/progress.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/output/status_line.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

// Short work should not flicker, and a faster line cannot be read.
constexpr std::chrono::milliseconds kFirstDraw{300};
constexpr std::chrono::milliseconds kRedraw{100};

std::string format_clock(std::chrono::seconds elapsed) {
  const auto seconds = elapsed.count();
  if (seconds < 3600) return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

std::string format_progress(std::string_view label, std::uint64_t entries, std::uint64_t bytes,
                            std::chrono::seconds elapsed, std::size_t width, std::uint64_t total) {
  std::string numbers = fmt::format("  {} entries", util::format_count(entries));
  if (total > 0)
    numbers = fmt::format("  {} of {} entries ({}%)", util::format_count(entries), util::format_count(total),
                          std::min<std::uint64_t>(100, entries * 100 / total));
  if (bytes > 0) numbers += "  " + util::format_bytes(bytes);
  numbers += "  " + format_clock(elapsed);
  // The label gives way first: the numbers are what changes.
  const std::size_t left = width > numbers.size() ? width - numbers.size() : 0;
  return util::truncate_to_width(util::truncate_to_width(label, left) + numbers, width);
}

Progress::Progress(std::string_view label, const Terminal& terminal, bool enabled, std::FILE* stream)
    : label_(util::escape_control(label)),
      // In the last column the cursor of some terminals wraps, and the line could no longer be erased.
      width_(terminal.width > 1 ? terminal.width - 1 : 1),
      stream_(stream) {
  if (enabled && terminal.cursor) thread_ = std::thread([this] { run(); });
}

void Progress::run() {
  std::unique_lock lock(mutex_);
  std::chrono::milliseconds pause = kFirstDraw;
  while (!wake_.wait_for(lock, pause, [this] { return stopping_; })) {
    pause = kRedraw;
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_);
    draw_status_line(stream_, format_progress(label_, entries_.load(std::memory_order_relaxed),
                                              bytes_.load(std::memory_order_relaxed), elapsed, width_,
                                              total_.load(std::memory_order_relaxed)));
  }
}

void Progress::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  clear_status_line(stream_);
}

}  // namespace tcm::cli
