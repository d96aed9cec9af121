// SPDX-License-Identifier: Apache-2.0
#include "cli/run/context.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <unistd.h>

#include "cli/output/own_stdout.hpp"
#include "cli/run/open_index.hpp"
#include "core/backend/find/search_path.hpp"
#include "core/service/scan/host.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

ColorMode color_of(const config::Settings& settings) {
  return color_mode_of(settings.color.value).value_or(ColorMode::automatic);
}

std::vector<std::string> absolute(const std::vector<std::string>& directories) {
  std::vector<std::string> paths;
  for (const std::string& directory : directories) {
    std::error_code error;
    const auto path = directory.empty() ? std::filesystem::path() : std::filesystem::absolute(directory, error);
    paths.push_back(error ? directory : path.lexically_normal().string());
  }
  return paths;
}

backend::SearchOptions search_options(const config::Settings& settings) {
  backend::SearchOptions options;
  // The search path takes absolute directories only; what a user types is relative to where he is. A variable is read
  // by the backends' room itself.
  const config::Source source = settings.plugin_path.origin.source;
  if (source == config::Source::flag)
    options.plugin_path = absolute(settings.plugin_path.value);
  else if (source != config::Source::environment)
    options.configured_path = settings.plugin_path.value;
  options.no_plugins = settings.no_plugins.value;
  options.builtin_only = settings.builtin_plugins_only.value;
  return options;
}

}  // namespace

Context::Context(const GlobalOptions& options, config::Settings settings, std::optional<Error> broken)
    : settings_(std::move(settings)),
      broken_settings_(std::move(broken)),
      backends_(search_options(settings_)),
      out_terminal_(describe_terminal(STDOUT_FILENO, color_of(settings_))),
      err_terminal_(describe_terminal(STDERR_FILENO, color_of(settings_))),
      messages_(err_terminal_.color, options.quiet),
      out_(own_stdout()),
      quiet_(options.quiet),
      now_ns_(util::now_ns()) {
  messages_.explain(out_);
}

std::chrono::seconds Context::timeout() const {
  // Servers take 0 for no end of waiting, which nobody means.
  return std::chrono::seconds(std::clamp<std::int64_t>(settings_.storage.timeout_ns.value / util::kSecond, 1, 86400));
}

Result<index::Index> Context::open_index(index::OpenMode mode) const {
  auto index = index::Index::open(settings_.storage.url.value, mode, timeout());
  if (!index && index.error().code == ErrorCode::missing && !settings_.db_file.value.empty())
    return fail(ErrorCode::missing, settings_.db_file.value + ": there is no index yet; run `tcm index` first");
  // A name that nobody chose may change, and the machine stays the same.
  const bool chosen = settings_.host.origin.source != config::Source::default_value;
  if (index) TCM_TRY(index->use_host(service::this_host(chosen ? settings_.host.value : std::string())));
  return index;
}

Result<index::Index> Context::open_index_if_any() const {
  auto index = open_index(index::OpenMode::read);
  if (index || (index.error().code != ErrorCode::missing && index.error().code != ErrorCode::no_space)) return index;
  auto held = open_in_memory(*this);
  if (!held) return fail(std::move(held).error());
  return std::move(held->index);
}

std::vector<std::string> Context::plugin_directories() const {
  std::vector<std::string> paths;
  for (backend::SearchDirectory& directory : search_path(search_options(settings_)).directories)
    paths.push_back(std::move(directory.path));
  return paths;
}

ExitCode Context::report(const Error& error) const {
  messages_.error(error);
  return exit_code_of(error.code);
}

}  // namespace tcm::cli
