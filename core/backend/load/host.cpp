// SPDX-License-Identifier: Apache-2.0
#include "core/backend/load/host.hpp"

#include <algorithm>

#include "core/util/text/text.hpp"

namespace tcm::backend {
namespace {

struct Logger {
  std::mutex mutex;
  Log log;
};

// Never destroyed: a plugin's static destructor may still log.
Logger& logger() {
  static auto* instance = new Logger;
  return *instance;
}

void log_line(void* /*ctx*/, tcm_severity severity, tcm_str text) {
  try {
    if (text.data == nullptr) return;
    const std::string_view line(text.data, std::min<std::size_t>(text.size, TCM_MAX_ATTR_TEXT));
    Logger& target = logger();
    const std::lock_guard lock(target.mutex);
    if (target.log) target.log(severity_of(severity), util::escape_control(line));
  } catch (...) {  // no exception crosses the interface; a line that cannot be logged is lost
  }
}

// This host offers no extension; a plugin that asks for one does without.
const void* find_extension(void* /*ctx*/, const char* /*id*/) { return nullptr; }

constexpr tcm_host kHost = {TCM_STRUCT_SIZE(tcm_host, get_extension),
                            TCM_PLUGIN_ABI_MAJOR,
                            TCM_PLUGIN_ABI_MINOR,
                            "tcm",
                            TCM_VERSION,
                            nullptr,
                            log_line,
                            find_extension};

}  // namespace

Severity severity_of(tcm_severity number) {
  switch (number) {
    case TCM_DEBUG: return Severity::debug;
    case TCM_INFO: return Severity::info;
    case TCM_ERROR: return Severity::error;
    default: return Severity::warning;
  }
}

void set_plugin_log(Log log) {
  Logger& target = logger();
  const std::lock_guard lock(target.mutex);
  target.log = std::move(log);
}

const tcm_host& host() { return kHost; }

std::mutex& lifecycle_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

}  // namespace tcm::backend
