// SPDX-License-Identifier: Apache-2.0
// Where plugins are looked for. docs/plugin-abi.md has the table; this is the only code that knows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/backend/find/refusal.hpp"

namespace tcm::backend {

/// What the process contributes. Passed in, so that search_path() is a function of its input alone.
struct SearchEnvironment {
  std::optional<std::string> plugin_path;      ///< TCM_PLUGIN_PATH, directories joined by ':'
  std::optional<std::string> add_plugin_path;  ///< TCM_ADD_PLUGIN_PATH, the same
  std::optional<std::string> xdg_data_home;    ///< XDG_DATA_HOME
  std::optional<std::string> home;             ///< HOME
  std::string executable;                      ///< canonical path of the running program; empty when not known
  std::vector<std::string> packages;           ///< of installed_packages()
};

/// Where Python packages in the prefix of the program `executable` have put backends: each directory
/// triton_cache_manager_plugins of lib*/python*/site-packages and dist-packages that exists, sorted, and of the prefix
/// itself, as `pip install --target` lays it out. So a backend that comes as a wheel is found by the program that came
/// as a wheel, and gone when pip has uninstalled it.
std::vector<std::string> installed_packages(const std::string& executable);

/// Reads all of it. In a program that runs with more rights than its caller (secure_getenv) the variables are absent.
/// Safe from any thread as long as nobody changes the environment.
SearchEnvironment environment_of_process();

struct SearchOptions {
  std::vector<std::string> plugin_path;      ///< --plugin-path; not empty: in place of every other directory
  std::vector<std::string> configured_path;  ///< of a configuration file; TCM_PLUGIN_PATH goes before it
  std::vector<std::string> enable;           ///< globs; not empty: only plugins that match one of them
  std::vector<std::string> disable;          ///< globs; plugins that match one are left out, whatever `enable` says
  bool no_plugins = false;
  bool builtin_only = false;  ///< only the directories of the installation itself; every other is ignored
  SearchEnvironment environment = environment_of_process();
};

/// Which rule named a directory.
enum class PathOrigin : std::uint8_t { option, environment, configuration, added, user, package, installation };

struct SearchDirectory {
  std::string path;  ///< absolute, as given
  PathOrigin origin = PathOrigin::installation;
};

struct SearchPath {
  std::vector<SearchDirectory> directories;  ///< in the order of the search, none twice
  std::vector<Refusal> refusals;  ///< elements that are empty or not absolute: the working directory never counts
};

/// The directories, whether they exist or not. Reads nothing from disk.
SearchPath search_path(const SearchOptions& options);

/// A file that looks like a plugin by its name: libtcm_backend_*.so.
struct Candidate {
  std::string path;       ///< as found: directory and name
  std::string canonical;  ///< without links; empty when it cannot be resolved
};

/// Lists the directories, not their sub-directories; by name within each, the same canonical file once. A directory
/// that is not there is passed over when it is a default, and refused when somebody named it.
std::vector<Candidate> find_candidates(const SearchPath& path, std::vector<Refusal>& refusals);

/// Is a plugin switched on? A glob is compared with the file's name, with the part that * stands for in
/// libtcm_backend_*.so, and with `id` once that is known. Case counts.
/// Before the id is known (`id` empty) only what the file's name alone decides is refused.
std::optional<std::string> disabled_reason(const SearchOptions& options, const std::string& path,
                                           const std::string& id = {});

}  // namespace tcm::backend
