// SPDX-License-Identifier: Apache-2.0
#include "cli/output/status_line.hpp"

#include <mutex>
#include <string>

namespace tcm::cli {
namespace {

// ECMA-48: carriage return, then "erase in line" to its end.
constexpr std::string_view kErase = "\r\x1b[K";

std::mutex mutex;
std::FILE* drawn_on = nullptr;  // guarded by mutex: a process has one terminal, so one line

/// One write, so that other processes on the same terminal do not come between. A failure cannot be told anybody: this
/// is where failures are told.
void put(std::FILE* stream, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) == text.size()) std::fflush(stream);
}

std::string erasure(std::FILE* stream) { return drawn_on == stream ? std::string(kErase) : std::string(); }

}  // namespace

void draw_status_line(std::FILE* stream, std::string_view text) {
  const std::lock_guard lock(mutex);
  put(stream, std::string(kErase) + std::string(text));
  drawn_on = stream;
}

void clear_status_line(std::FILE* stream) {
  const std::lock_guard lock(mutex);
  if (drawn_on != stream) return;
  put(stream, std::string(kErase));
  drawn_on = nullptr;
}

void print_above_status_line(std::FILE* stream, std::string_view line) {
  const std::lock_guard lock(mutex);
  put(stream, erasure(stream) + std::string(line) + '\n');
  if (drawn_on == stream) drawn_on = nullptr;
}

}  // namespace tcm::cli
