// SPDX-License-Identifier: Apache-2.0
#include "cli/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/util/text.hpp"

namespace tcm::cli {
namespace {

spdlog::level::level_enum level_of(util::LogLevel level) {
  switch (level) {
    case util::LogLevel::error: return spdlog::level::err;
    case util::LogLevel::warning: return spdlog::level::warn;
    case util::LogLevel::info: return spdlog::level::info;
    case util::LogLevel::debug: break;
  }
  return spdlog::level::debug;
}

}  // namespace

void start_logging(util::LogLevel level) {
  auto logger = std::make_shared<spdlog::logger>("tcm", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(level_of(level));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  util::set_log_sink(level, [logger](util::LogLevel line_level, std::string_view line) {
    logger->log(level_of(line_level), util::escape_control(line));
  });
}

}  // namespace tcm::cli
