// SPDX-License-Identifier: Apache-2.0
#include "core/config/files.hpp"

#include <filesystem>
#include <optional>
#include <system_error>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util/system/env.hpp"

namespace tcm::config {
namespace fs = std::filesystem;
namespace {

std::string home_directory() {
  if (auto home = util::get_env_secure("HOME"); home && !home->empty()) return *home;
  const passwd* user = ::getpwuid(::geteuid());
  return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "";
}

std::string user_file(const std::string& home) {
  // The XDG specification: a relative path is invalid and ignored.
  if (const auto base = util::get_env_secure("XDG_CONFIG_HOME"); base && base->starts_with('/'))
    return *base + "/tcm/config.toml";
  return home.empty() ? std::string() : home + "/.config/tcm/config.toml";
}

std::optional<struct stat> status_of(const fs::path& path, bool follow) {
  struct stat status {};
  const int failed = follow ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status);
  return failed != 0 ? std::nullopt : std::optional(status);
}

bool same_directory(const struct stat& directory, const std::optional<struct stat>& other) {
  return other && directory.st_dev == other->st_dev && directory.st_ino == other->st_ino;
}

/// The project's file from `files.directory` upward.
fs::path project_file(const Files& files) {
  const fs::path start = files.directory;
  const auto home = files.home.empty() ? std::nullopt : status_of(files.home, true);
  std::optional<dev_t> device;
  for (fs::path directory = start;; directory = directory.parent_path()) {
    const auto status = status_of(directory, true);
    if (!status || (device && *device != status->st_dev)) break;
    device = status->st_dev;
    if (status_of(directory / kProjectFileName, false)) return directory / kProjectFileName;
    if (same_directory(*status, home) || directory == directory.parent_path()) break;
  }
  return start / kProjectFileName;
}

FileState state_of(Source layer, const fs::path& path, bool elevated) {
  FileState state{layer, path.string(), false, {}};
  const auto link = status_of(path, false);
  state.exists = link.has_value();
  if (!link || layer != Source::project) return state;
  const auto file = status_of(path, true);
  // A link counts as well as what it leads to; the mode of a link says nothing.
  state.ignored = distrust(link->st_uid, 0);
  if (state.ignored.empty() && file) state.ignored = distrust(file->st_uid, file->st_mode);
  if (elevated) state.ignored = "the program runs with more rights than its caller";
  return state;
}

}  // namespace

std::string distrust(uid_t owner, mode_t mode) {
  if (owner != ::geteuid() && owner != 0) return "it belongs to another user";
  if ((mode & S_IWOTH) != 0) return "anyone may write to it";
  return {};
}

Files standard_files() {
  Files files;
  files.system = "/etc/tcm/config.toml";
  files.home = home_directory();
  files.user = user_file(files.home);
  std::error_code error;
  const fs::path directory = fs::current_path(error);
  if (!error) files.directory = directory.string();
  files.elevated = util::is_elevated();
  return files;
}

std::vector<FileState> find_files(const Files& files) {
  std::vector<FileState> states;
  if (!files.directory.empty()) states.push_back(state_of(Source::project, project_file(files), files.elevated));
  if (!files.user.empty()) states.push_back(state_of(Source::user, files.user, files.elevated));
  if (!files.system.empty()) states.push_back(state_of(Source::system, files.system, files.elevated));
  return states;
}

}  // namespace tcm::config
