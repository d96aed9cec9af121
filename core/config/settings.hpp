// SPDX-License-Identifier: Apache-2.0
// Settings with their origins. One table of keys (setting_keys) drives what is read, checked, shown and documented.
// Nothing is touched on disk here: a directory is made only by the command that needs it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/util/log.hpp"
#include "core/util/result.hpp"
#include "core/util/time.hpp"

namespace tcm::config {

/// Reads one environment variable; null when it is unset. Passed in so that a test needs no process environment.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The environment of the process.
Environment process_environment();

enum class Source : std::uint8_t { flag, environment, default_value };

struct Origin {
  Source source = Source::default_value;
  std::string where;  ///< the flag or the variable; empty for a default
};

/// "flag --cache-dir", "env TRITON_CACHE_DIR", "default".
std::string to_string(const Origin& origin);

template <class T>
struct Setting {
  T value{};
  Origin origin;
};

/// What the command line said; absent members were not given.
struct Flags {
  std::vector<std::string> cache_dirs;
  std::optional<std::string> data_dir;
  std::optional<std::string> db_file;
  std::vector<std::string> plugin_path;
  bool no_plugins = false;
  bool builtin_plugins_only = false;
  std::optional<unsigned> jobs;
  int verbosity = 0;  ///< how many -v
};

/// What `prune` does when its options say nothing else. Absent: no such limit.
struct PruneSettings {
  Setting<std::int64_t> grace_ns{10 * util::kMinute, {}};  ///< entries younger than that are left alone
  Setting<std::optional<std::uint64_t>> max_size;          ///< bytes
  Setting<std::optional<std::uint64_t>> max_files;
  Setting<std::optional<std::uint64_t>> min_free;     ///< bytes that the file system is to have free
  Setting<unsigned> low_water{100, {}};               ///< percent of a budget to go down to, 1 to 100
  Setting<std::optional<std::uint64_t>> keep_newest;  ///< kernels of each group
  Setting<std::optional<std::int64_t>> unused_for_ns;
  Setting<bool> trash{false, {}};                                      ///< move to the trash instead of removing
  Setting<std::int64_t> trash_keep_ns{7 * util::kDay, {}};             ///< how long the trash keeps what is in it
  Setting<std::uint64_t> trash_max_size{std::uint64_t{10} << 30, {}};  ///< bytes
};

struct Settings {
  /// What `index` reads when nothing else is said; at least one.
  Setting<std::vector<std::string>> cache_dirs;
  Setting<std::string> data_dir;
  Setting<std::string> db_file;  ///< path of the index
  /// Empty: the search path of core/backend, which reads its variables itself: it must not trust them in a program that
  /// runs with more rights than its caller.
  Setting<std::vector<std::string>> plugin_path;
  Setting<bool> no_plugins;
  Setting<bool> builtin_plugins_only;
  Setting<unsigned> jobs;  ///< reading threads, at least 1
  Setting<util::LogLevel> log_level;
  PruneSettings prune;
};

/// One line of the table of settings.
struct Key {
  std::string_view name;         ///< as in output and documentation
  std::string_view flag;         ///< empty: none
  std::string_view environment;  ///< variables in order of precedence, separated by blanks; empty: none
  std::string_view help;
};

std::span<const Key> setting_keys();

/// Flags over environment over defaults. Errors (usage): a number or a level that is none, no home directory when a
/// default needs it.
Result<Settings> resolve(const Flags& flags, const Environment& environment);

}  // namespace tcm::config
