// SPDX-License-Identifier: Apache-2.0
#include "core/config/settings.hpp"

#include <array>
#include <charconv>
#include <thread>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "core/util/env.hpp"
#include "core/util/text.hpp"

namespace tcm::config {
namespace {

using util::LogLevel;

constexpr std::array<Key, 8> kKeys{{
    {"cache_dir", "--cache-dir", "TCM_CACHE_DIR TCM_TRITON_CACHE_DIR TRITON_CACHE_DIR TRITON_HOME",
     "cache directories to index (TRITON_HOME is the parent of .triton/cache)"},
    {"data_dir", "", "TCM_DATA_DIR", "where tcm keeps its own data"},
    {"db", "--db", "TCM_DB_FILENAME", "the index: a path, or a file name in data_dir"},
    {"plugin_path", "--plugin-path", "TCM_PLUGIN_PATH", "directories of backends, in place of the default ones"},
    {"no_plugins", "--no-plugins", "", "load no backend"},
    {"builtin_plugins_only", "--builtin-plugins-only", "", "load only the backends installed with tcm"},
    {"jobs", "--jobs", "TCM_JOBS", "threads that read the cache"},
    {"log_level", "--verbose", "TCM_LOG_LEVEL", "error, warning, info or debug"},
}};

struct LevelWord {
  std::string_view name;
  LogLevel level;
};
constexpr std::array<LevelWord, 5> kLevels{{
    {"error", LogLevel::error},
    {"warning", LogLevel::warning},
    {"warn", LogLevel::warning},
    {"info", LogLevel::info},
    {"debug", LogLevel::debug},
}};

/// An empty variable counts as unset: Triton up to 3.3 reads TRITON_CACHE_DIR="" so, and later ones fail on it.
std::optional<std::string> non_empty(const Environment& environment, const char* name) {
  auto value = environment(name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

Result<std::string> home(const Environment& environment) {
  if (auto value = non_empty(environment, "HOME")) return *value;
  if (const passwd* user = ::getpwuid(::geteuid()); user != nullptr && user->pw_dir != nullptr && *user->pw_dir != '\0')
    return std::string(user->pw_dir);
  return fail(ErrorCode::usage, "HOME is not set and the user has no home directory; set HOME or pass --cache-dir");
}

Result<Setting<std::vector<std::string>>> resolve_cache_dirs(const Flags& flags, const Environment& environment) {
  if (!flags.cache_dirs.empty())
    return Setting<std::vector<std::string>>{flags.cache_dirs, {Source::flag, "--cache-dir"}};
  for (const char* name : {"TCM_CACHE_DIR", "TCM_TRITON_CACHE_DIR", "TRITON_CACHE_DIR"})
    if (auto value = non_empty(environment, name))
      return Setting<std::vector<std::string>>{{*value}, {Source::environment, name}};
  if (auto value = non_empty(environment, "TRITON_HOME"))
    return Setting<std::vector<std::string>>{{*value + "/.triton/cache"}, {Source::environment, "TRITON_HOME"}};
  TCM_ASSIGN(const std::string directory, home(environment));
  return Setting<std::vector<std::string>>{{directory + "/.triton/cache"}, {}};
}

Result<Setting<std::string>> resolve_data_dir(const Flags& flags, const Environment& environment) {
  if (flags.data_dir) return Setting<std::string>{*flags.data_dir, {Source::flag, "--data-dir"}};
  if (auto value = non_empty(environment, "TCM_DATA_DIR"))
    return Setting<std::string>{*value, {Source::environment, "TCM_DATA_DIR"}};
  // The XDG specification: a relative path is invalid and ignored.
  if (auto value = non_empty(environment, "XDG_DATA_HOME"); value && value->front() == '/')
    return Setting<std::string>{*value + "/triton-cache-manager", {Source::environment, "XDG_DATA_HOME"}};
  TCM_ASSIGN(const std::string directory, home(environment));
  return Setting<std::string>{directory + "/.local/share/triton-cache-manager", {}};
}

Setting<std::string> resolve_db(const Flags& flags, const Environment& environment,
                                const Setting<std::string>& data_dir) {
  if (flags.db_file) return {*flags.db_file, {Source::flag, "--db"}};
  if (auto value = non_empty(environment, "TCM_DB_FILENAME"))
    return {value->front() == '/' ? *value : data_dir.value + "/" + *value, {Source::environment, "TCM_DB_FILENAME"}};
  return {data_dir.value + "/tcm.db", data_dir.origin};
}

Result<Setting<unsigned>> resolve_jobs(const Flags& flags, const Environment& environment) {
  if (flags.jobs) {
    if (*flags.jobs == 0) return fail(ErrorCode::usage, "--jobs is 0; it must be at least 1");
    return Setting<unsigned>{*flags.jobs, {Source::flag, "--jobs"}};
  }
  if (auto value = non_empty(environment, "TCM_JOBS")) {
    unsigned jobs = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), jobs);
    if (error != std::errc{} || end != value->data() + value->size() || jobs == 0 || jobs > 1024)
      return fail(ErrorCode::usage, fmt::format("TCM_JOBS is '{}'; it must be a number from 1 to 1024", *value));
    return Setting<unsigned>{jobs, {Source::environment, "TCM_JOBS"}};
  }
  return Setting<unsigned>{std::max(1U, std::thread::hardware_concurrency()), {}};
}

Result<Setting<LogLevel>> resolve_log_level(const Flags& flags, const Environment& environment) {
  Setting<LogLevel> setting{LogLevel::warning, {}};
  if (auto value = non_empty(environment, "TCM_LOG_LEVEL")) {
    const std::string lower = util::lower_ascii(*value);
    const LevelWord* found = nullptr;
    for (const LevelWord& word : kLevels)
      if (word.name == lower) found = &word;
    if (found == nullptr)
      return fail(ErrorCode::usage,
                  fmt::format("TCM_LOG_LEVEL is '{}'; it must be error, warning, info or debug", *value));
    setting = {found->level, {Source::environment, "TCM_LOG_LEVEL"}};
  }
  if (flags.verbosity > 0) {
    const int level =
        std::min(static_cast<int>(LogLevel::debug), static_cast<int>(LogLevel::warning) + flags.verbosity);
    if (level > static_cast<int>(setting.value)) setting = {static_cast<LogLevel>(level), {Source::flag, "--verbose"}};
  }
  return setting;
}

}  // namespace

Environment process_environment() {
  return [](const char* name) { return util::get_env(name); };
}

std::string to_string(const Origin& origin) {
  switch (origin.source) {
    case Source::flag: return "flag " + origin.where;
    case Source::environment: return "env " + origin.where;
    case Source::default_value: break;
  }
  return "default";
}

std::span<const Key> setting_keys() { return kKeys; }

Result<Settings> resolve(const Flags& flags, const Environment& environment) {
  Settings settings;
  TCM_ASSIGN(settings.cache_dirs, resolve_cache_dirs(flags, environment));
  TCM_ASSIGN(settings.data_dir, resolve_data_dir(flags, environment));
  settings.db_file = resolve_db(flags, environment, settings.data_dir);
  if (!flags.plugin_path.empty()) settings.plugin_path = {flags.plugin_path, {Source::flag, "--plugin-path"}};
  if (flags.no_plugins) settings.no_plugins = {true, {Source::flag, "--no-plugins"}};
  if (flags.builtin_plugins_only) settings.builtin_plugins_only = {true, {Source::flag, "--builtin-plugins-only"}};
  TCM_ASSIGN(settings.jobs, resolve_jobs(flags, environment));
  TCM_ASSIGN(settings.log_level, resolve_log_level(flags, environment));
  return settings;
}

}  // namespace tcm::config
