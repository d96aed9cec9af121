// SPDX-License-Identifier: Apache-2.0
// Settings with their origins: flags over variables over the project's file over the user's over the system's over
// defaults. One table of keys (key.hpp) drives what is read, checked, shown and documented. Nothing is written here: a
// directory is made only by the command that needs it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/files.hpp"
#include "core/config/key.hpp"
#include "core/config/value.hpp"
#include "core/util/log.hpp"
#include "core/util/result.hpp"
#include "core/util/text/time.hpp"

namespace tcm::config {

/// Reads one environment variable; null when it is unset. Passed in so that a test needs no process environment.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The environment of the process. In a program that runs with more rights than its caller it holds no variable that
/// names code to load.
Environment process_environment();

/// What the command line said, as it was written; absent members were not given.
struct Flags {
  std::vector<std::string> cache_dirs;
  std::optional<std::string> layout;
  std::optional<std::string> data_dir;
  std::optional<std::string> db;
  std::vector<std::string> plugin_path;
  bool no_plugins = false;
  bool builtin_plugins_only = false;
  std::optional<std::string> jobs;
  std::optional<std::string> log_file;
  std::optional<std::string> log_format;
  std::optional<std::string> color;
  int verbosity = 0;  ///< how many -v
};

enum class LogFormat : std::uint8_t { text, json };

/// The database that holds the index.
struct StorageSettings {
  Setting<std::string> url;          ///< "sqlite:PATH" or a PostgreSQL URL, which may hold a password: show `redacted`
  std::string redacted;              ///< the same without the password
  Setting<std::int64_t> timeout_ns;  ///< how long to wait for a server
};

/// What `prune` does when its options say nothing else. Absent: no such limit.
struct PruneSettings {
  Setting<std::int64_t> grace_ns;                  ///< entries younger than that are left alone
  Setting<std::optional<std::uint64_t>> max_size;  ///< bytes
  Setting<std::optional<std::uint64_t>> max_files;
  Setting<std::optional<std::string>> min_free;       ///< what file systems are to have free: "20GiB" or "10%"
  Setting<unsigned> low_water;                        ///< percent of a budget to go down to, 1 to 100
  Setting<std::optional<std::uint64_t>> keep_newest;  ///< kernels of each group
  Setting<std::optional<std::int64_t>> unused_for_ns;
  Setting<bool> trash;                    ///< keep removed entries in the trash
  Setting<std::int64_t> trash_keep_ns;    ///< how long the trash keeps what is in it
  Setting<std::uint64_t> trash_max_size;  ///< bytes
};

/// What `gc` calls dead, besides the limits of PruneSettings.
struct GcSettings {
  Setting<std::string> triton_versions;  ///< that are used here, with commas between them; empty: any
  Setting<std::optional<std::int64_t>> version_unused_for_ns;
  Setting<std::string> archs;  ///< of the devices here, with commas between them; empty: any
  Setting<bool> dead_modules;
};

/// A setting as the table sees it.
struct Effective {
  const Key* key = nullptr;
  Value value;
  Origin origin;
};

struct Settings {
  /// What `index` reads when nothing else is said; at least one.
  Setting<std::vector<std::string>> cache_dirs;
  Setting<std::string> layout;  ///< "auto" or the name of a layout
  StorageSettings storage;
  Setting<std::string> db_file;  ///< path of the index when it is a file; empty when a server holds it
  Setting<std::string> host;     ///< how this machine is called in an index that several share
  Setting<std::string> data_dir;
  /// Empty: the search path of core/backend. From a variable it is for display only: core/backend reads its variables
  /// itself, since it must not trust them in a program that runs with more rights than its caller.
  Setting<std::vector<std::string>> plugin_path;
  Setting<bool> no_plugins;
  Setting<bool> builtin_plugins_only;
  Setting<std::int64_t> forget_after_ns;  ///< how long the index keeps what it knows of a root that is not here
  Setting<unsigned> jobs;                 ///< reading threads, at least 1
  Setting<util::LogLevel> log_level;
  Setting<std::string> log_file;  ///< empty: stderr
  Setting<LogFormat> log_format;
  Setting<std::string> color;  ///< "auto", "always" or "never"
  PruneSettings prune;
  GcSettings gc;
  Setting<std::string> verify_ignore;  ///< findings that `verify` does not tell: ids with commas between them

  std::vector<Effective> all;         ///< every setting, in the order of the table
  std::vector<std::string> warnings;  ///< what the user should hear of, a line each
};

/// Puts the layers on each other. `files` says where files are looked for; by default nowhere. Errors: usage (a value
/// that is none for its key, naming the flag, the variable, or the file with its line; no home directory when a default
/// needs it), denied and failed (a file cannot be read).
Result<Settings> resolve(const Flags& flags, const Environment& environment, const Files& files = {});

}  // namespace tcm::config
