// SPDX-License-Identifier: Apache-2.0
#include "core/config/settings.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/util/text/text.hpp"

namespace tcm::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

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

// Earlier tools ignored TRITON_CACHE_DIR and TRITON_HOME.
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

// An earlier tool read TCM_LOG_LEVEL and never used it.
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
  EXPECT_EQ(level.error().message, "TCM_LOG_LEVEL is 'loud'; it must be error, warning, info or debug");
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

TEST(Database, IsAFileOrAServer) {
  Flags flags;
  const auto url_of = [&](const char* db) {
    flags.db = db;
    return resolved(flags, {});
  };
  for (const char* db : {"/d/x.db", "sqlite:/d/x.db", "sqlite:///d/x.db"}) {
    EXPECT_EQ(url_of(db).storage.url.value, "sqlite:/d/x.db") << db;
    EXPECT_EQ(url_of(db).db_file.value, "/d/x.db") << db;
  }
  EXPECT_EQ(url_of("x.db").db_file.value, "x.db") << "relative to the working directory";
  const Settings server = url_of("postgresql://u@h/db");
  EXPECT_EQ(server.storage.url.value, "postgresql://u@h/db");
  EXPECT_EQ(server.db_file.value, "");
  EXPECT_EQ(to_string(server.storage.url.origin), "flag --db");
  EXPECT_EQ(url_of("service=x").storage.url.value, "service=x");
  EXPECT_EQ(url_of("postgresql:service=x").storage.url.value, "postgresql:service=x");
  for (const char* db : {"mysql://h/db", "postgresql:", "service=", "sqlite:", "sqlite://host/x", ""}) {
    flags.db = db;
    const auto settings = resolve(flags, with({{"HOME", "/h"}}));
    ASSERT_FALSE(settings) << db;
    EXPECT_THAT(settings.error().message, HasSubstr("--db is '"));
    EXPECT_THAT(settings.error().message, HasSubstr("it must be a path, sqlite:PATH or postgresql://"));
  }
}

TEST(Database, ItsUrlGoesBeforeTheFileNameOfTheOriginal) {
  const Settings settings = resolved({}, {{"TCM_DB_URL", "postgresql:///db"}, {"TCM_DB_FILENAME", "old.db"}});
  EXPECT_EQ(settings.storage.url.value, "postgresql:///db");
  EXPECT_EQ(to_string(settings.storage.url.origin), "env TCM_DB_URL");
}

TEST(Secrets, AreKnownToTheDatabaseOnly) {
  const Settings settings = resolved({}, {{"TCM_DB_URL", "postgresql://u:geheim@h/db"}});
  EXPECT_EQ(settings.storage.url.value, "postgresql://u:geheim@h/db");
  EXPECT_EQ(settings.storage.redacted, "postgresql://u:***@h/db");
  EXPECT_TRUE(settings.warnings.empty());
  for (const Effective& setting : settings.all)
    EXPECT_THAT(to_text(*setting.key, setting.value), Not(HasSubstr("geheim")));
  const auto wrong = resolve({}, with({{"HOME", "/h"}, {"TCM_DB_URL", "mysql://u:geheim@h/db"}}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message.find("geheim"), std::string::npos) << wrong.error().message;
}

TEST(Secrets, OnTheCommandLineGiveAWarning) {
  Flags flags;
  flags.db = "postgresql://u:geheim@h/db";
  EXPECT_THAT(resolved(flags, {}).warnings, ElementsAre(HasSubstr("PGPASSFILE")));
  flags.db = "postgresql://u@h/db";
  EXPECT_TRUE(resolved(flags, {}).warnings.empty());
}

TEST(Prune, HasDefaultsThatDeleteNothingByThemselves) {
  const PruneSettings prune = resolved({}, {}).prune;
  EXPECT_EQ(prune.grace_ns.value, 10 * util::kMinute);
  EXPECT_EQ(prune.low_water.value, 100U);
  EXPECT_FALSE(prune.trash.value);
  EXPECT_EQ(prune.trash_keep_ns.value, 7 * util::kDay);
  EXPECT_EQ(prune.trash_max_size.value, std::uint64_t{10} << 30);
  EXPECT_FALSE(prune.max_size.value || prune.max_files.value || prune.min_free.value || prune.keep_newest.value ||
               prune.unused_for_ns.value);
}

TEST(Prune, TakesItsLimitsFromVariables) {
  const PruneSettings prune = resolved({}, {{"TCM_PRUNE_MAX_SIZE", "2G"},
                                            {"TCM_PRUNE_MAX_FILES", "1000"},
                                            {"TCM_PRUNE_LOW_WATER", "80%"},
                                            {"TCM_PRUNE_UNUSED_FOR", "14d"},
                                            {"TCM_PRUNE_KEEP_NEWEST", "none"},
                                            {"TCM_PRUNE_TRASH", "on"}})
                                  .prune;
  EXPECT_EQ(prune.max_size.value, std::uint64_t{2} << 30);
  EXPECT_EQ(prune.max_files.value, 1000U);
  EXPECT_EQ(prune.low_water.value, 80U);
  EXPECT_EQ(prune.unused_for_ns.value, 14 * util::kDay);
  EXPECT_EQ(prune.keep_newest.value, std::nullopt);
  EXPECT_TRUE(prune.trash.value);
}

// Every layer of every key, so that none is listed and then not read.
TEST(SettingKeys, AreUniqueExplainedAndReadFromEveryVariable) {
  const std::map<Type, std::string> samples = {
      {Type::text, "/sample"}, {Type::path, "/sample"}, {Type::paths, "/sample"}, {Type::database, "/sample"},
      {Type::boolean, "true"}, {Type::count, "3"},      {Type::percent, "70%"},   {Type::size, "123K"},
      {Type::duration, "17h"}, {Type::space, "12%"},
  };
  std::set<std::string_view> names;
  for (const Key& key : setting_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_FALSE(key.help.empty()) << key.name;
    EXPECT_FALSE(form_of(key).empty()) << key.name;
    if (!key.standard.empty()) {
      EXPECT_TRUE(parse_value(key, key.standard)) << key.name;
    }
    for (const std::string_view variable : util::split(key.environment, ' ')) {
      const auto sample = samples.find(key.type);
      const std::string text =
          sample != samples.end() ? sample->second : std::string(util::split(key.words, ' ').back());
      const Settings settings = resolved({}, {{std::string(variable), text}});
      const Effective& effective = settings.all[static_cast<std::size_t>(&key - setting_keys().data())];
      EXPECT_EQ(effective.key, &key);
      EXPECT_EQ(to_string(effective.origin), "env " + std::string(variable));
      EXPECT_THAT(to_text(key, effective.value), HasSubstr(sample == samples.end() ? text : text.substr(0, 2)));
    }
  }
}

TEST(SettingKeys, ShowValuesAsTheyCanBeWritten) {
  for (const Effective& setting : resolved({}, {}).all) {
    if (setting.key->type == Type::paths) continue;
    const auto again = parse_value(*setting.key, to_text(*setting.key, setting.value));
    ASSERT_TRUE(again) << setting.key->name;
    EXPECT_EQ(*again, setting.value) << setting.key->name;
  }
  const Key& size = *find_key("prune.max_size");
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1500}, std::uint64_t{3} << 40})
    EXPECT_EQ(parse_value(size, to_text(size, bytes)), Value(bytes));
  const Key& duration = *find_key("prune.grace");
  for (const std::int64_t seconds : {0, 1, 90, 3600, 86400 * 9})
    EXPECT_EQ(parse_value(duration, to_text(duration, seconds * util::kSecond)), Value(seconds * util::kSecond));
}

TEST(SettingKeys, AreFoundWhenMistyped) {
  EXPECT_EQ(suggestion_for("prune.gracce"), "; did you mean prune.grace?");
  EXPECT_EQ(suggestion_for("max_size"), "; did you mean prune.max_size?");
  EXPECT_EQ(suggestion_for("something.else.entirely"), "");
  EXPECT_THAT(unknown_key("jbos").message, HasSubstr("unknown setting 'jbos'; did you mean jobs?"));
}

}  // namespace
}  // namespace tcm::config
