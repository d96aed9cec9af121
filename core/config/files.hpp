// SPDX-License-Identifier: Apache-2.0
// The files of settings: which are looked for, which count, and what they say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "core/config/key.hpp"
#include "core/config/value.hpp"
#include "core/util/result.hpp"

namespace tcm::config {

inline constexpr std::string_view kProjectFileName = ".tcm.toml";

/// Where to look. Empty members: not at all.
struct Files {
  std::string system;     ///< /etc/tcm/config.toml
  std::string user;       ///< $XDG_CONFIG_HOME/tcm/config.toml, ~/.config/tcm/config.toml
  std::string directory;  ///< where the search for the project's file begins; absolute
  bool elevated = false;  ///< the program has more rights than its caller, who chose the directory
  std::string home;       ///< where it ends, at the latest; also what "~/" means in a file
};

/// Those of this process. In a program that runs with more rights than its caller (secure_getenv) variables do not
/// count: the user's file may name code to load.
Files standard_files();

/// A file that is looked for.
struct FileState {
  Source layer = Source::user;
  std::string path;
  bool exists = false;
  std::string ignored;  ///< why it does not count though it exists; empty: it does

  bool used() const { return exists && ignored.empty(); }
};

/// The files in the order of precedence: project, user, system. The project's is the first .tcm.toml from `directory`
/// upward, to `home` or to the border of the file system; when there is none, the path where it would be. One that
/// belongs to somebody else (but root), or that everybody may write, is ignored: whoever can put a file above our
/// directory shall not decide what tcm does.
std::vector<FileState> find_files(const Files& files);

/// Why a project's file of this owner and mode is ignored; empty: it is not.
std::string distrust(uid_t owner, mode_t mode);

/// What a file says of a setting.
struct FileValue {
  const Key* key = nullptr;
  Value value;
  Origin origin;
};

struct FileValues {
  std::vector<FileValue> values;      ///< the strongest first; a key once a file
  std::vector<std::string> warnings;  ///< a line each, for the user
};

/// Reads and checks the files that count. Relative paths become relative to their file, "~/" the home directory. Errors
/// begin with "PATH:LINE: " (usage: no TOML, unknown key, wrong type or unit, a key that a project may not set) or with
/// "PATH: " (the file cannot be read, or is larger than 1 MiB).
Result<FileValues> read_files(const Files& files);

/// The same for one file, given as text.
Result<std::vector<FileValue>> read_text(std::string_view text, const FileState& file, const std::string& home);

/// Reads one file, which must exist.
Result<std::string> read_file_text(const std::string& path);

}  // namespace tcm::config
