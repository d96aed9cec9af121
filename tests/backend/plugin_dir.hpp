// SPDX-License-Identifier: Apache-2.0
// A directory of plugins for one test.
#pragma once

#include <string>
#include <vector>

#include "core/backend/registry.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::test {

/// Path of a built test module.
std::string module_path(const std::string& module);

class PluginDir {
 public:
  /// Copies a test module as libtcm_backend_<as>.so and returns its path. Without `as` it keeps its own name.
  std::string add(const std::string& module, std::string as = {});
  /// Writes any bytes as libtcm_backend_<as>.so.
  std::string add_bytes(std::string_view bytes, const std::string& as);

  std::string path() const { return dir_.path().string(); }

  /// Options that look here and nowhere else.
  backend::SearchOptions options() const;
  backend::Registry load() const { return backend::Registry::load(options()); }

 private:
  TempDir dir_;
};

}  // namespace tcm::test
