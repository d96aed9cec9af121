// SPDX-License-Identifier: Apache-2.0
#include "cli/log.hpp"

#include <cerrno>
#include <chrono>
#include <mutex>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "cli/output/json_writer.hpp"
#include "cli/output/message.hpp"
#include "core/util/system/file.hpp"
#include "core/util/text/redact.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

using config::LogFormat;
using util::LogLevel;

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::debug: break;
  }
  return spdlog::level::debug;
}

std::string_view text_of(spdlog::string_view_t view) { return {view.data(), view.size()}; }

class JsonFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(message.time.time_since_epoch()).count();
    fmt::format_to(fmt::appender(line), "{{\"time\":\"{}\",\"level\":\"{}\",\"pid\":{},\"message\":{}}}\n",
                   util::format_rfc3339(since), text_of(spdlog::level::to_string_view(message.level)), ::getpid(),
                   json_string(text_of(message.payload)));
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

/// Whole lines to a file, or to stderr, where a progress line may stand. What cannot be written is lost: a full disk
/// under the log is no reason to stop.
class LineSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LineSink(util::Fd file) : file_(std::move(file)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t buffer;
    formatter_->format(message, buffer);
    std::string_view line(buffer.data(), buffer.size());
    if (!file_.valid()) return write_message_line(stderr, util::trim(line));
    while (::write(file_.get(), line.data(), line.size()) < 0 && errno == EINTR) {
    }
  }
  void flush_() override {}

 private:
  util::Fd file_;
};

/// The settings that somebody made, for whoever wonders later.
void log_settings(const config::Settings& settings) {
  if (!util::logs(LogLevel::debug)) return;
  for (const config::Effective& setting : settings.all)
    if (setting.origin.source != config::Source::default_value)
      util::log(LogLevel::debug, fmt::format("setting {} = {} ({})", setting.key->name,
                                             config::to_text(*setting.key, setting.value), to_string(setting.origin)));
}

}  // namespace

Result<void> start_logging(const config::Settings& settings) {
  util::Fd file;
  if (!settings.log_file.value.empty()) {
    auto opened = util::open_to_append(settings.log_file.value);
    // Not `missing`, which says that there is no index or no cache.
    if (!opened)
      return fail(ErrorCode::failed, fmt::format("{} (log_file is set by {})", opened.error().message,
                                                 config::to_string(settings.log_file.origin)));
    file = std::move(*opened);
  }
  const bool json = settings.log_format.value == LogFormat::json;
  auto sink = std::make_shared<LineSink>(std::move(file));
  if (json)
    sink->set_formatter(std::make_unique<JsonFormatter>());
  else
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  auto logger = std::make_shared<spdlog::logger>("tcm", std::move(sink));
  logger->set_level(level_of(settings.log_level.value));
  util::set_log_sink(settings.log_level.value, [logger, json](LogLevel level, std::string_view line) {
    std::string text = util::redact_text(line);
    if (!json) text = util::escape_control(text);
    logger->log(level_of(level), spdlog::string_view_t(text.data(), text.size()));
  });
  log_settings(settings);
  return {};
}

}  // namespace tcm::cli
