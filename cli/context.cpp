// SPDX-License-Identifier: Apache-2.0
#include "cli/context.hpp"

#include <filesystem>

#include <unistd.h>

#include "core/util/time.hpp"

namespace tcm::cli {
namespace {

ColorMode color_of(const GlobalOptions& options) { return color_mode_of(options.color).value_or(ColorMode::automatic); }

backend::SearchOptions search_options(const config::Settings& settings) {
  backend::SearchOptions options;
  // The search path takes absolute directories only; what a user types is relative to where he is.
  for (const std::string& directory : settings.plugin_path.value) {
    std::error_code error;
    const auto absolute = directory.empty() ? std::filesystem::path() : std::filesystem::absolute(directory, error);
    options.plugin_path.push_back(error ? directory : absolute.lexically_normal().string());
  }
  options.no_plugins = settings.no_plugins.value;
  options.builtin_only = settings.builtin_plugins_only.value;
  return options;
}

}  // namespace

Context::Context(const GlobalOptions& options, config::Settings settings)
    : settings_(std::move(settings)),
      backends_(search_options(settings_)),
      out_terminal_(describe_terminal(STDOUT_FILENO, color_of(options))),
      err_terminal_(describe_terminal(STDERR_FILENO, color_of(options))),
      messages_(err_terminal_.color, options.quiet),
      out_(stdout),
      quiet_(options.quiet),
      now_ns_(util::now_ns()) {}

Result<index::Index> Context::open_index(index::OpenMode mode) const {
  auto index = index::Index::open(settings_.db_file.value, mode);
  if (!index && index.error().code == ErrorCode::missing)
    return fail(ErrorCode::missing, settings_.db_file.value + ": there is no index yet; run `tcm index` first");
  return index;
}

ExitCode Context::report(const Error& error) const {
  messages_.error(error);
  return exit_code_of(error.code);
}

}  // namespace tcm::cli
