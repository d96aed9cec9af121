// SPDX-License-Identifier: Apache-2.0
// A home directory with files of settings in every layer.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/settings.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::config {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    files_.system = (dir_ / "etc" / "config.toml").string();
    files_.user = (dir_ / "home" / ".config" / "tcm" / "config.toml").string();
    files_.home = (dir_ / "home").string();
    files_.directory = (dir_ / "home" / "work" / "project" / "deep").string();
    std::filesystem::create_directories(files_.directory);
    environment_["HOME"] = files_.home;
  }

  std::filesystem::path project() const { return dir_ / "home" / "work" / "project" / ".tcm.toml"; }

  Result<Settings> resolve_all(const Flags& flags = {}) const {
    return resolve(
        flags,
        [this](const char* name) -> std::optional<std::string> {
          const auto found = environment_.find(name);
          return found == environment_.end() ? std::nullopt : std::optional(found->second);
        },
        files_);
  }
  Settings settings(const Flags& flags = {}) const {
    auto result = resolve_all(flags);
    if (!result) throw std::runtime_error(result.error().message);
    return *result;
  }
  /// The error that the user's file gives with this text; "" when it gives none.
  std::string error_of(std::string_view text) {
    test::write_file(files_.user, text);
    const auto result = resolve_all();
    return result ? std::string() : result.error().message;
  }

  test::TempDir dir_;
  Files files_;
  std::map<std::string, std::string> environment_;
};

}  // namespace tcm::config
