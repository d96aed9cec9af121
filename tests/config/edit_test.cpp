// SPDX-License-Identifier: Apache-2.0
// Setting one value and leaving every other byte as it was.
#include "core/config/edit.hpp"

#include <sys/stat.h>

#include "tests/config/config_fixture.hpp"

namespace tcm::config {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::write_file;
using testing::HasSubstr;
using testing::StartsWith;

std::string edited(std::string_view text, std::string_view key, const std::string& literal) {
  const auto result = with_value(text, "/f", key, literal);
  return result ? *result : result.error().message;
}

TEST(Edit, ReplacesAValueWhereItStands) {
  EXPECT_EQ(edited("# one\njobs = 3   # two\n\n# three\n", "jobs", "4"), "# one\njobs = 4   # two\n\n# three\n");
  EXPECT_EQ(edited("host=\"\xc3\xa9\xe2\x82\xac\" # \xc3\xa9\njobs=1", "host", "\"b\""),
            "host=\"b\" # \xc3\xa9\njobs=1");
  EXPECT_EQ(edited("cache_dir = [\n  \"a\", # x\n  \"b\",\n]\njobs = 1\n", "cache_dir", "\"c\""),
            "cache_dir = \"c\"\njobs = 1\n");
  EXPECT_EQ(edited("host = '''\na\nb'''\njobs = 1\n", "host", "\"c\""), "host = \"c\"\njobs = 1\n");
}

TEST(Edit, FindsTheValueInEveryFormOfItsSection) {
  EXPECT_EQ(edited("[prune]\n  grace = \"1m\"\n", "prune.grace", "\"2m\""), "[prune]\n  grace = \"2m\"\n");
  EXPECT_EQ(edited("prune.grace = \"1m\"\n", "prune.grace", "\"2m\""), "prune.grace = \"2m\"\n");
  EXPECT_EQ(edited("prune = { grace = \"1m\", trash = true }\n", "prune.grace", "\"2m\""),
            "prune = { grace = \"2m\", trash = true }\n");
}

TEST(Edit, AddsALineToTheSection) {
  EXPECT_EQ(edited("", "jobs", "4"), "jobs = 4\n");
  EXPECT_EQ(edited("# mine\n", "jobs", "4"), "# mine\njobs = 4\n");
  EXPECT_EQ(edited("host = \"a\"\n\n[prune]\ntrash = true\n", "jobs", "4"),
            "host = \"a\"\njobs = 4\n\n[prune]\ntrash = true\n");
  EXPECT_EQ(edited("# mine\n[prune]\ntrash = true\n", "jobs", "4"), "# mine\njobs = 4\n[prune]\ntrash = true\n");
  EXPECT_EQ(edited("[prune]\ntrash = true # x\n\n[storage]\nurl = \"a\"\n", "prune.grace", "\"1m\""),
            "[prune]\ntrash = true # x\ngrace = \"1m\"\n\n[storage]\nurl = \"a\"\n");
  EXPECT_EQ(edited("[prune]\n\n[storage]\nurl = \"a\"\n", "prune.grace", "\"1m\""),
            "[prune]\ngrace = \"1m\"\n\n[storage]\nurl = \"a\"\n");
  EXPECT_EQ(edited("prune.trash = true\njobs = 1\n", "prune.grace", "\"1m\""),
            "prune.trash = true\nprune.grace = \"1m\"\njobs = 1\n");
  EXPECT_EQ(edited("prune = { trash = true }\n", "prune.grace", "\"1m\""),
            "prune = { trash = true, grace = \"1m\" }\n");
  EXPECT_EQ(edited("prune = {}\n", "prune.grace", "\"1m\""), "prune = { grace = \"1m\" }\n");
}

TEST(Edit, AddsTheSectionAtTheEnd) {
  EXPECT_EQ(edited("", "prune.grace", "\"1m\""), "[prune]\ngrace = \"1m\"\n");
  EXPECT_EQ(edited("jobs = 1", "prune.grace", "\"1m\""), "jobs = 1\n\n[prune]\ngrace = \"1m\"\n");
}

TEST(Edit, KeepsTheLineEndsAndTheMarkOfOtherSystems) {
  EXPECT_EQ(edited("jobs = 1\r\nhost = \"a\"\r\n", "jobs", "2"), "jobs = 2\r\nhost = \"a\"\r\n");
  EXPECT_EQ(edited("jobs = 1\r\n", "host", "\"a\""), "jobs = 1\r\nhost = \"a\"\r\n");
  EXPECT_EQ(edited("\xef\xbb\xbfjobs = 1 # x\n", "jobs", "2"), "\xef\xbb\xbfjobs = 2 # x\n");
}

std::string removed(std::string_view text, std::string_view key) {
  const auto result = without_value(text, "/f", key);
  if (!result) return result.error().message;
  return result->value_or("not set");
}

TEST(Edit, TakesAValueOutWithItsLineAlone) {
  EXPECT_EQ(removed("# one\njobs = 3   # two\n\n# three\n", "jobs"), "# one\n\n# three\n");
  EXPECT_EQ(removed("host = \"a\"\njobs = 3", "jobs"), "host = \"a\"\n");
  EXPECT_EQ(removed("cache_dir = [\n  \"a\", # x\n  \"b\",\n]\njobs = 1\n", "cache_dir"), "jobs = 1\n");
  EXPECT_EQ(removed("host = \"\"\"\na\nb\"\"\"\njobs = 1\n", "host"), "jobs = 1\n");
  EXPECT_EQ(removed("[prune]\r\n# why\r\ngrace = \"1m\"\r\n", "prune.grace"), "[prune]\r\n# why\r\n");
  EXPECT_EQ(removed("prune.grace = \"1m\"\njobs = 1\n", "prune.grace"), "jobs = 1\n");
  EXPECT_EQ(removed("jobs = 1\n", "host"), "not set");
  EXPECT_EQ(removed("", "host"), "not set");
}

TEST(Edit, TakesAValueOutOfAnInLineTable) {
  EXPECT_EQ(removed("prune = { grace = \"1m\", trash = true }\n", "prune.grace"), "prune = { trash = true }\n");
  EXPECT_EQ(removed("prune = { trash = true, grace = \"1m\" }\n", "prune.grace"), "prune = { trash = true}\n");
  EXPECT_EQ(removed("prune = { grace = \"1m\" }\n", "prune.grace"), "prune = {}\n");
  EXPECT_EQ(removed("prune = { grace = \"1m\", trash = true, max_files = 3 }\n", "prune.trash"),
            "prune = { grace = \"1m\", max_files = 3 }\n");
}

TEST(Edit, RefusesWhatIsNoToml) { EXPECT_THAT(edited("jobs = \n", "jobs", "2"), StartsWith("/f:1: is not TOML")); }

class SetInFile : public ConfigTest {
 protected:
  Result<void> set(std::string_view key, const std::vector<std::string>& words, Source layer = Source::user) {
    const std::string path = layer == Source::user ? files_.user : project().string();
    const auto literal = literal_of(*find_key(key), words, files_.directory);
    if (!literal) return fail(literal.error());
    return set_in_file({layer, path, fs::exists(path), {}}, *find_key(key), *literal, files_.home);
  }
  std::string failure(std::string_view key, const std::vector<std::string>& words, Source layer = Source::user) {
    const auto result = set(key, words, layer);
    return result ? "none" : result.error().message;
  }
};

TEST_F(SetInFile, WritesWhatIsReadBack) {
  for (const auto& [key, word] : std::map<std::string, std::string>{{"jobs", "3"},
                                                                    {"no_plugins", "yes"},
                                                                    {"log_level", "info"},
                                                                    {"prune.max_size", "10G"},
                                                                    {"prune.max_files", "none"},
                                                                    {"prune.low_water", "80%"},
                                                                    {"prune.grace", "5m"},
                                                                    {"host", "a \"quoted\" \\ name"},
                                                                    {"storage.url", "postgresql://u@h/db"},
                                                                    {"log_file", "/log"}})
    ASSERT_TRUE(set(key, {word})) << key;
  const Settings found = settings();
  EXPECT_EQ(found.jobs.value, 3U);
  EXPECT_TRUE(found.no_plugins.value);
  EXPECT_EQ(found.prune.max_size.value, std::uint64_t{10} << 30);
  EXPECT_EQ(found.prune.max_files.value, std::nullopt);
  EXPECT_EQ(found.prune.low_water.value, 80U);
  EXPECT_EQ(found.prune.grace_ns.value, 5 * util::kMinute);
  EXPECT_EQ(found.host.value, "a \"quoted\" \\ name");
  EXPECT_EQ(found.storage.url.value, "postgresql://u@h/db");
  struct stat status {};
  ASSERT_EQ(::stat(files_.user.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U) << "it may hold a password";
}

TEST_F(SetInFile, TakesOutWhatWasSet) {
  FileState file;
  file.layer = Source::user;
  file.path = files_.user;
  const Key& key = *find_key("jobs");
  EXPECT_FALSE(*unset_in_file(file, key, files_.home)) << "there is no file";
  EXPECT_FALSE(fs::exists(file.path));
  write_file(file.path, "# mine\njobs = 3\n");
  EXPECT_TRUE(*unset_in_file(file, key, files_.home));
  EXPECT_EQ(read_file(file.path), "# mine\n");
  EXPECT_FALSE(*unset_in_file(file, key, files_.home));
}

TEST_F(SetInFile, WritesPathsAsTheUserMeansThem) {
  ASSERT_TRUE(set("cache_dir", {"here", "../up", "~/mine", "/abs"}));
  EXPECT_THAT(settings().cache_dirs.value,
              testing::ElementsAre(files_.directory + "/here", (dir_ / "home/work/project/up").string(),
                                   files_.home + "/mine", "/abs"));
  ASSERT_TRUE(set("storage.url", {"index.db"}));
  EXPECT_EQ(settings().db_file.value, files_.directory + "/index.db");
}

TEST_F(SetInFile, MendsAWrongValue) {
  write_file(files_.user, "jobs = 0 # x\n");
  ASSERT_TRUE(set("jobs", {"2"}));
  EXPECT_EQ(read_file(files_.user), "jobs = 2 # x\n");
}

TEST_F(SetInFile, WritesNothingThatWouldBeRefused) {
  EXPECT_EQ(failure("jobs", {"0"}), "jobs is '0'; it must be a number from 1 to 1024");
  EXPECT_EQ(failure("jobs", {"1", "2"}), "jobs is '1 2'; it must be a number from 1 to 1024");
  EXPECT_THAT(failure("cache_dir", {"\xff"}), HasSubstr("it must be"));
  EXPECT_EQ(failure("data_dir", {"/d"}, Source::project), "a project's file may not set data_dir; leave --project out");
  EXPECT_FALSE(fs::exists(files_.user) || fs::exists(project()));
  write_file(files_.user, "jobs = 0\n");
  EXPECT_THAT(failure("host", {"h"}), StartsWith(files_.user + ":1: jobs is 0"));
  write_file(files_.user, "jobs = \n");
  EXPECT_THAT(failure("host", {"h"}), StartsWith(files_.user + ":1: is not TOML"));
  EXPECT_EQ(read_file(files_.user), "jobs = \n");
}

}  // namespace
}  // namespace tcm::config
