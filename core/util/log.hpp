// SPDX-License-Identifier: Apache-2.0
// What the library has to tell besides its results: one line at a time, to whoever listens. The program that uses the
// library decides where lines go; by default they go nowhere.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace tcm::util {

/// In order of rising detail.
enum class LogLevel : std::uint8_t { error, warning, info, debug };

using LogSink = std::function<void(LogLevel level, std::string_view line)>;

/// Lines above `level` are dropped before they reach `sink`, which must be callable from any thread. Call it before
/// other threads start. An empty sink turns logging off.
void set_log_sink(LogLevel level, LogSink sink);

/// Would a line of this level reach anybody? Ask before building an expensive one. Thread-safe.
bool logs(LogLevel level);

/// Thread-safe.
void log(LogLevel level, std::string_view line);

}  // namespace tcm::util
