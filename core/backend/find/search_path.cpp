// SPDX-License-Identifier: Apache-2.0
#include "core/backend/find/search_path.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "core/util/system/env.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::backend {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = "libtcm_backend_";
constexpr std::string_view kSuffix = ".so";
constexpr std::string_view kPackage = "triton_cache_manager_plugins";

bool is_plugin_name(std::string_view name) {
  return name.size() > kPrefix.size() + kSuffix.size() && name.starts_with(kPrefix) && name.ends_with(kSuffix);
}

class PathBuilder {
 public:
  void add(const std::string& directory, PathOrigin origin, std::string_view named_by) {
    if (directory.empty() || directory.front() != '/') {
      path_.refusals.push_back({util::escape_control(directory), Stage::directory,
                                fmt::format("{} names {}; use an absolute path", named_by,
                                            directory.empty() ? "an empty directory" : "a relative directory")});
      return;
    }
    const auto known = [&](const SearchDirectory& other) { return other.path == directory; };
    if (std::none_of(path_.directories.begin(), path_.directories.end(), known))
      path_.directories.push_back({directory, origin});
  }
  void add_all(const std::vector<std::string>& directories, PathOrigin origin, std::string_view named_by) {
    for (const auto& directory : directories) add(directory, origin, named_by);
  }
  void add_joined(const std::string& directories, PathOrigin origin, std::string_view named_by) {
    for (const auto part : util::split(directories, ':')) add(std::string(part), origin, named_by);
  }
  SearchPath take() { return std::move(path_); }

 private:
  SearchPath path_;
};

bool is_set(const std::optional<std::string>& value) { return value && !value->empty(); }

/// As the XDG base directory specification has it: an unset, empty or relative XDG_DATA_HOME means ~/.local/share.
std::optional<std::string> user_directory(const SearchEnvironment& environment) {
  if (is_set(environment.xdg_data_home) && environment.xdg_data_home->front() == '/')
    return *environment.xdg_data_home + "/tcm/plugins";
  if (is_set(environment.home) && environment.home->front() == '/')
    return *environment.home + "/.local/share/tcm/plugins";
  return std::nullopt;
}

/// Adds `directory`/triton_cache_manager_plugins if that is a directory.
void add_package(std::vector<std::string>& found, const fs::path& directory) {
  std::error_code error;
  fs::path package = directory / kPackage;
  if (fs::is_directory(package, error)) found.push_back(package.string());
}

/// The directories of Python packages in `library`, a prefix's lib or lib64.
void add_packages_in(std::vector<std::string>& found, const fs::path& library) {
  std::error_code error;
  if (fs::is_symlink(library, error)) return;  // a virtual environment's lib64 is its lib
  fs::directory_iterator entry(library, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!entry->path().filename().string().starts_with("python")) continue;
    add_package(found, entry->path() / "site-packages");
    add_package(found, entry->path() / "dist-packages");
  }
}

void add_installation(PathBuilder& builder, const SearchEnvironment& environment) {
  if (!environment.executable.empty()) {
    const fs::path prefix = fs::path(environment.executable).parent_path().parent_path();
    builder.add((prefix / TCM_PLUGIN_RELATIVE_DIR).string(), PathOrigin::installation, "the installation");
  }
  builder.add(TCM_PLUGIN_FULL_DIR, PathOrigin::installation, "the installation");
}

std::vector<std::string> plugin_names(const SearchDirectory& directory, std::vector<Refusal>& refusals) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(directory.path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (is_plugin_name(name)) names.push_back(std::move(name));
  }
  const bool is_default = directory.origin == PathOrigin::user || directory.origin == PathOrigin::package ||
                          directory.origin == PathOrigin::installation;
  if (error && !(is_default && error == std::errc::no_such_file_or_directory))
    refusals.push_back({util::escape_control(directory.path), Stage::directory,
                        fmt::format("cannot be listed: {}", util::error_text(error.value()))});
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

SearchEnvironment environment_of_process() {
  SearchEnvironment environment;
  environment.plugin_path = util::get_env_secure("TCM_PLUGIN_PATH");
  environment.add_plugin_path = util::get_env_secure("TCM_ADD_PLUGIN_PATH");
  environment.xdg_data_home = util::get_env_secure("XDG_DATA_HOME");
  environment.home = util::get_env_secure("HOME");
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (!error) environment.executable = executable.string();
  environment.packages = installed_packages(environment.executable);
  return environment;
}

std::vector<std::string> installed_packages(const std::string& executable) {
  std::vector<std::string> found;
  if (executable.empty()) return found;
  const fs::path prefix = fs::path(executable).parent_path().parent_path();
  add_packages_in(found, prefix / "lib");
  add_packages_in(found, prefix / "lib64");
  std::sort(found.begin(), found.end());
  add_package(found, prefix);
  return found;
}

SearchPath search_path(const SearchOptions& options) {
  PathBuilder builder;
  if (options.no_plugins) return builder.take();
  const SearchEnvironment& environment = options.environment;
  if (options.builtin_only) {
    add_installation(builder, environment);
  } else if (!options.plugin_path.empty()) {
    builder.add_all(options.plugin_path, PathOrigin::option, "--plugin-path");
  } else if (is_set(environment.plugin_path)) {
    builder.add_joined(*environment.plugin_path, PathOrigin::environment, "TCM_PLUGIN_PATH");
  } else if (!options.configured_path.empty()) {
    builder.add_all(options.configured_path, PathOrigin::configuration, "the configuration");
  } else {
    if (is_set(environment.add_plugin_path))
      builder.add_joined(*environment.add_plugin_path, PathOrigin::added, "TCM_ADD_PLUGIN_PATH");
    if (const auto user = user_directory(environment)) builder.add(*user, PathOrigin::user, "HOME");
    builder.add_all(environment.packages, PathOrigin::package, "a Python package");
    add_installation(builder, environment);
  }
  return builder.take();
}

std::vector<Candidate> find_candidates(const SearchPath& path, std::vector<Refusal>& refusals) {
  std::vector<Candidate> candidates;
  std::set<std::string> seen;
  for (const auto& directory : path.directories) {
    for (const auto& name : plugin_names(directory, refusals)) {
      Candidate candidate{(fs::path(directory.path) / name).string(), {}};
      std::error_code error;
      const fs::path canonical = fs::canonical(candidate.path, error);
      if (!error) candidate.canonical = canonical.string();
      if (error || seen.insert(candidate.canonical).second) candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

std::optional<std::string> disabled_reason(const SearchOptions& options, const std::string& path,
                                           const std::string& id) {
  const std::string name = fs::path(path).filename().string();
  std::string_view part = name;
  if (is_plugin_name(name)) part = part.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  const auto matches = [&](const std::string& glob) {
    return util::glob_match(glob, name) || util::glob_match(glob, part) || (!id.empty() && util::glob_match(glob, id));
  };
  for (const auto& glob : options.disable)
    if (matches(glob)) return fmt::format("disabled by '{}'", util::escape_control(glob));
  if (!options.enable.empty() && !id.empty() && std::none_of(options.enable.begin(), options.enable.end(), matches))
    return "not among the enabled plugins";
  return std::nullopt;
}

}  // namespace tcm::backend
