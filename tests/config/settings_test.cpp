// SPDX-License-Identifier: Apache-2.0
#include "core/config/settings.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcm::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

Settings resolved(const Flags& flags, std::map<std::string, std::string> variables) {
  variables.try_emplace("HOME", "/home/u");
  auto settings = resolve(flags, with(std::move(variables)));
  if (!settings) throw std::runtime_error(settings.error().message);
  return *settings;
}

TEST(CacheDir, DefaultsToTritonsOwnDefault) {
  const Settings settings = resolved({}, {});
  EXPECT_THAT(settings.cache_dirs.value, ElementsAre("/home/u/.triton/cache"));
  EXPECT_EQ(to_string(settings.cache_dirs.origin), "default");
}

// Known failure D9: the earlier tools ignored TRITON_CACHE_DIR and TRITON_HOME.
TEST(CacheDir, FollowsTritonsVariablesInTritonsOrder) {
  EXPECT_THAT(resolved({}, {{"TRITON_HOME", "/h"}}).cache_dirs.value, ElementsAre("/h/.triton/cache"));
  EXPECT_THAT(resolved({}, {{"TRITON_HOME", "/h"}, {"TRITON_CACHE_DIR", "/c"}}).cache_dirs.value, ElementsAre("/c"));
  const Settings both = resolved({}, {{"TRITON_CACHE_DIR", "/c"}, {"TCM_TRITON_CACHE_DIR", "/t"}});
  EXPECT_THAT(both.cache_dirs.value, ElementsAre("/t"));
  EXPECT_EQ(to_string(both.cache_dirs.origin), "env TCM_TRITON_CACHE_DIR");
}

TEST(CacheDir, TakesAnEmptyVariableForAnUnsetOne) {
  EXPECT_THAT(resolved({}, {{"TRITON_CACHE_DIR", ""}}).cache_dirs.value, ElementsAre("/home/u/.triton/cache"));
}

TEST(CacheDir, TheFlagWinsOverTheEnvironment) {
  Flags flags;
  flags.cache_dirs = {"a", "b"};
  const Settings settings = resolved(flags, {{"TCM_CACHE_DIR", "/x"}});
  EXPECT_THAT(settings.cache_dirs.value, ElementsAre("a", "b"));
  EXPECT_EQ(to_string(settings.cache_dirs.origin), "flag --cache-dir");
}

TEST(Index, LiesInTheDataDirectory) {
  EXPECT_EQ(resolved({}, {}).db_file.value, "/home/u/.local/share/triton-cache-manager/tcm.db");
  EXPECT_EQ(resolved({}, {{"XDG_DATA_HOME", "/data"}}).db_file.value, "/data/triton-cache-manager/tcm.db");
  EXPECT_EQ(resolved({}, {{"XDG_DATA_HOME", "relative"}}).db_file.value,
            "/home/u/.local/share/triton-cache-manager/tcm.db");
  EXPECT_EQ(resolved({}, {{"TCM_DATA_DIR", "/d"}, {"TCM_DB_FILENAME", "cache.db"}}).db_file.value, "/d/cache.db");
  EXPECT_EQ(resolved({}, {{"TCM_DATA_DIR", "/d"}, {"TCM_DB_FILENAME", "/e/f.db"}}).db_file.value, "/e/f.db");
}

// Known failure D9: TCM_LOG_LEVEL was read and never used.
TEST(Logs, TheVariableSetsTheLevelAndVerboseRaisesIt) {
  EXPECT_EQ(resolved({}, {}).log_level.value, util::LogLevel::warning);
  EXPECT_EQ(resolved({}, {{"TCM_LOG_LEVEL", "ERROR"}}).log_level.value, util::LogLevel::error);
  Flags flags;
  flags.verbosity = 1;
  EXPECT_EQ(resolved(flags, {{"TCM_LOG_LEVEL", "error"}}).log_level.value, util::LogLevel::info);
  EXPECT_EQ(resolved(flags, {{"TCM_LOG_LEVEL", "debug"}}).log_level.value, util::LogLevel::debug);
  flags.verbosity = 9;
  EXPECT_EQ(resolved(flags, {}).log_level.value, util::LogLevel::debug);
}

TEST(Settings, RefuseWhatTheyCannotRead) {
  const auto level = resolve({}, with({{"HOME", "/h"}, {"TCM_LOG_LEVEL", "loud"}}));
  ASSERT_FALSE(level);
  EXPECT_EQ(level.error().code, ErrorCode::usage);
  EXPECT_THAT(level.error().message, HasSubstr("TCM_LOG_LEVEL is 'loud'"));
  for (const char* jobs : {"0", "-1", "two", "3x", "99999999999"}) {
    const auto settings = resolve({}, with({{"HOME", "/h"}, {"TCM_JOBS", jobs}}));
    ASSERT_FALSE(settings) << jobs;
    EXPECT_THAT(settings.error().message, HasSubstr("TCM_JOBS"));
  }
}

TEST(Plugins, AnExplicitPathIsKept) {
  Flags flags;
  flags.plugin_path = {"/c"};
  const Settings settings = resolved(flags, {});
  EXPECT_THAT(settings.plugin_path.value, ElementsAre("/c"));
  EXPECT_EQ(to_string(settings.plugin_path.origin), "flag --plugin-path");
  EXPECT_TRUE(resolved({}, {}).plugin_path.value.empty());
}

TEST(SettingKeys, AreUniqueAndExplained) {
  std::set<std::string_view> names;
  for (const Key& key : setting_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_FALSE(key.help.empty()) << key.name;
    EXPECT_FALSE(key.flag.empty() && key.environment.empty()) << key.name << " cannot be set";
  }
}

}  // namespace
}  // namespace tcm::config
