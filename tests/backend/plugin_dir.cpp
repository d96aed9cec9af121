// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/plugin_dir.hpp"

#include <filesystem>

namespace tcm::test {
namespace {

std::string plugin_name(const std::string& name) { return "libtcm_backend_" + name + ".so"; }

}  // namespace

std::string module_path(const std::string& module) { return TCM_TEST_PLUGIN_DIR "/" + module + ".so"; }

std::string PluginDir::add(const std::string& module, std::string as) {
  const auto file = dir_ / plugin_name(as.empty() ? module : as);
  std::filesystem::copy_file(module_path(module), file);
  std::filesystem::permissions(file, std::filesystem::perms{0644});
  return file.string();
}

std::string PluginDir::add_bytes(std::string_view bytes, const std::string& as) {
  const auto file = dir_ / plugin_name(as);
  write_file(file, bytes);
  std::filesystem::permissions(file, std::filesystem::perms{0644});
  return file.string();
}

backend::SearchOptions PluginDir::options() const {
  backend::SearchOptions options;
  options.environment = {};
  options.plugin_path = {path()};
  return options;
}

}  // namespace tcm::test
