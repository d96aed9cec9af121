// SPDX-License-Identifier: Apache-2.0
// What every command gets: the settings of this run, where output goes, and the index when it asks.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/output/exit_codes.hpp"
#include "cli/output/message.hpp"
#include "cli/output/sink.hpp"
#include "cli/output/terminal.hpp"
#include "cli/run/options.hpp"
#include "core/config/settings.hpp"
#include "core/index/index.hpp"
#include "core/service/backends.hpp"

namespace tcm::cli {

class Context {
 public:
  /// `broken`: why the files of settings do not count in `settings`, of a command that goes on without them.
  Context(const GlobalOptions& options, config::Settings settings, std::optional<Error> broken = {});

  const config::Settings& settings() const { return settings_; }
  const std::optional<Error>& broken_settings() const { return broken_settings_; }
  const service::Backends& backends() const { return backends_; }
  Sink& out() { return out_; }
  const Terminal& out_terminal() const { return out_terminal_; }
  const Terminal& err_terminal() const { return err_terminal_; }
  const Messages& messages() const { return messages_; }
  bool quiet() const { return quiet_; }
  bool verbose() const { return settings_.log_level.value >= util::LogLevel::info; }
  std::int64_t now_ns() const { return now_ns_; }

  /// How long a server may take to answer, and a wait for another writer may last.
  std::chrono::seconds timeout() const;

  /// An index that is missing is an error that names the command which makes one.
  Result<index::Index> open_index(index::OpenMode mode) const;

  /// For what also works on a disk that no index knows: held in memory when it is missing or its disk is full.
  Result<index::Index> open_index_if_any() const;

  /// Where backends are looked for; loads none.
  std::vector<std::string> plugin_directories() const;

  /// Says what went wrong, and what that means for the exit code.
  ExitCode report(const Error& error) const;

 private:
  config::Settings settings_;
  std::optional<Error> broken_settings_;
  service::Backends backends_;
  Terminal out_terminal_;
  Terminal err_terminal_;
  Messages messages_;
  Sink out_;
  bool quiet_;
  std::int64_t now_ns_;
};

/// The command that the arguments chose; set while they are parsed, run afterwards.
struct Invocation {
  std::function<ExitCode(Context&)> command;
  bool survives_broken_files = false;  ///< goes on without files of settings that cannot be used, and tells of it
  bool reads_files = true;             ///< files of settings; not what names or mends them, for they may be broken
  bool needs_settings = true;          ///< false for what works, with the defaults, where they cannot be read
  bool needs_log = true;               ///< false for what shows and mends settings, of which the log's may be wrong
};

}  // namespace tcm::cli
