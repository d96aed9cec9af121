// SPDX-License-Identifier: Apache-2.0
#include "core/util/log.hpp"

#include <utility>

namespace tcm::util {
namespace {

struct Target {
  LogLevel level = LogLevel::error;
  LogSink sink;
};

// Set once, before threads start; read-only afterwards.
Target& target() {
  static Target instance;
  return instance;
}

}  // namespace

void set_log_sink(LogLevel level, LogSink sink) { target() = {level, std::move(sink)}; }

bool logs(LogLevel level) { return target().sink && level <= target().level; }

void log(LogLevel level, std::string_view line) {
  if (logs(level)) target().sink(level, line);
}

}  // namespace tcm::util
