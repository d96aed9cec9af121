// SPDX-License-Identifier: Apache-2.0
// What goes before what, and what the files may say.
#include "tests/config/config_fixture.hpp"

namespace tcm::config {
namespace {

using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Layers : public ConfigTest {};

TEST_F(Layers, EachBeatsTheNextAndSaysWhereItStands) {
  const auto check = [&](unsigned jobs, const std::string& origin, const Flags& flags = {}) {
    const Settings found = settings(flags);
    EXPECT_EQ(found.jobs.value, jobs);
    EXPECT_EQ(to_string(found.jobs.origin), origin);
  };
  EXPECT_EQ(to_string(settings().jobs.origin), "default");
  write_file(files_.system, "# of this machine\njobs = 2\n");
  check(2, files_.system + ":2");
  write_file(files_.user, "jobs = 3\n");
  check(3, files_.user + ":1");
  write_file(project(), "\n\njobs = 4\n");
  check(4, project().string() + ":3");
  environment_["TCM_JOBS"] = "5";
  check(5, "env TCM_JOBS");
  Flags flags;
  flags.jobs = "6";
  check(6, "flag --jobs", flags);
}

TEST_F(Layers, AKeyThatAFileDoesNotSetIsLeftToTheNext) {
  write_file(files_.system, "jobs = 2\n[prune]\ngrace = \"1h\"\n");
  write_file(files_.user, "prune.max_size = \"5G\"\n");
  const Settings found = settings();
  EXPECT_EQ(found.jobs.value, 2U);
  EXPECT_EQ(found.prune.grace_ns.value, util::kHour);
  EXPECT_EQ(found.prune.max_size.value, std::uint64_t{5} << 30);
}

TEST_F(Layers, NoneTakesALimitOfAWeakerLayerAway) {
  write_file(files_.system, "[prune]\nmax_size = \"5G\"\nmax_files = 10\n");
  write_file(files_.user, "[prune]\nmax_size = \"none\"\nmax_files = \"none\"\n");
  EXPECT_EQ(settings().prune.max_size.value, std::nullopt);
  EXPECT_EQ(settings().prune.max_files.value, std::nullopt);
}

TEST_F(Layers, FreeSpaceIsASizeOrAPercentage) {
  const auto read = [&](const std::string& literal) {
    write_file(files_.user, "prune.min_free = " + literal + "\n");
    return settings().prune.min_free.value;
  };
  EXPECT_EQ(read("\"10 %\""), "10%");
  EXPECT_EQ(read("\"20G\""), "20GiB");
  EXPECT_EQ(read("4096"), "4KiB");
  EXPECT_EQ(read("\"none\""), std::nullopt);
  for (const char* wrong : {"\"0%\"", "\"101%\"", "\"%\"", "\"much\"", "0.5"})
    EXPECT_THAT(error_of(std::string("prune.min_free = ") + wrong + "\n"), HasSubstr("a percentage of the file system"))
        << wrong;
}

TEST_F(Layers, EveryKeyIsReadFromAFile) {
  write_file(files_.user, R"(cache_dir = ["/a", "/b"]
layout = "vllm"
data_dir = "/data"
host = "node7"
plugin_path = "/plugins"
no_plugins = true
builtin_plugins_only = true
jobs = 7
log_level = "info"
log_file = "/log"
log_format = "json"
color = "never"
[storage]
url = "postgresql://u@h/db"
timeout = "9s"
[index]
forget_after = "30d"
[prune]
grace = "1m"
max_size = 4096
max_files = 5
min_free = "6K"
low_water = "70%"
keep_newest = 8
unused_for = "9d"
trash = true
trash_keep = "2w"
trash_max_size = "1M"
[gc]
triton_versions = "3.6,3.7"
version_unused_for = "60d"
archs = "90,gfx942"
dead_modules = true
[verify]
ignore = "partial,leftover"
)");
  const Settings found = settings();
  EXPECT_THAT(found.cache_dirs.value, ElementsAre("/a", "/b"));
  EXPECT_EQ(found.layout.value, "vllm");
  EXPECT_EQ(found.data_dir.value, "/data");
  EXPECT_EQ(found.host.value, "node7");
  EXPECT_THAT(found.plugin_path.value, ElementsAre("/plugins"));
  EXPECT_TRUE(found.no_plugins.value && found.builtin_plugins_only.value);
  EXPECT_EQ(found.log_level.value, util::LogLevel::info);
  EXPECT_EQ(found.log_file.value, "/log");
  EXPECT_EQ(found.log_format.value, LogFormat::json);
  EXPECT_EQ(found.color.value, "never");
  EXPECT_EQ(found.storage.url.value, "postgresql://u@h/db");
  EXPECT_EQ(found.storage.timeout_ns.value, 9 * util::kSecond);
  EXPECT_EQ(found.forget_after_ns.value, 30 * util::kDay);
  EXPECT_EQ(found.prune.max_size.value, 4096U);
  EXPECT_EQ(found.prune.min_free.value, "6KiB");
  EXPECT_EQ(found.prune.low_water.value, 70U);
  EXPECT_EQ(found.prune.keep_newest.value, 8U);
  EXPECT_EQ(found.prune.unused_for_ns.value, 9 * util::kDay);
  EXPECT_TRUE(found.prune.trash.value);
  EXPECT_EQ(found.prune.trash_keep_ns.value, 14 * util::kDay);
  EXPECT_EQ(found.prune.trash_max_size.value, std::uint64_t{1} << 20);
  EXPECT_EQ(found.gc.archs.value, "90,gfx942");
  EXPECT_TRUE(found.gc.dead_modules.value);
  EXPECT_EQ(found.verify_ignore.value, "partial,leftover");
  for (const Effective& setting : found.all)
    EXPECT_EQ(setting.origin.source, Source::user) << setting.key->name << " is in the table and not in this test";
}

TEST_F(Layers, PathsInAFileAreRelativeToItAndToTheHomeDirectory) {
  write_file(files_.user, "cache_dir = [\"cache\", \"../other\", \"~/mine\", \"/abs\"]\n");
  const std::string config = files_.home + "/.config";
  EXPECT_THAT(settings().cache_dirs.value,
              ElementsAre(config + "/tcm/cache", config + "/other", files_.home + "/mine", "/abs"));
  write_file(files_.user, "storage.url = \"sqlite:index.db\"\nlog_file = \"~/log\"\n");
  EXPECT_EQ(settings().db_file.value, files_.home + "/.config/tcm/index.db");
  EXPECT_EQ(settings().log_file.value, files_.home + "/log");
}

// Many desktops set XDG_DATA_HOME for all programs; who names a directory for tcm alone means it.
TEST_F(Layers, TheDirectoryOfAllProgramsIsWeakerThanAFile) {
  environment_["XDG_DATA_HOME"] = "/xdg";
  EXPECT_EQ(settings().data_dir.value, "/xdg/triton-cache-manager");
  EXPECT_EQ(to_string(settings().data_dir.origin), "env XDG_DATA_HOME");
  write_file(files_.user, "data_dir = \"/mine\"\n");
  EXPECT_EQ(settings().data_dir.value, "/mine");
  EXPECT_EQ(settings().db_file.value, "/mine/tcm.db");
}

TEST_F(Layers, VerboseRaisesTheLevelOfAFile) {
  write_file(files_.user, "log_level = \"error\"\n");
  EXPECT_EQ(settings().log_level.value, util::LogLevel::error);
  Flags flags;
  flags.verbosity = 1;
  EXPECT_EQ(settings(flags).log_level.value, util::LogLevel::info);
}

TEST_F(Layers, APasswordThatOthersCanReadGivesAWarning) {
  write_file(files_.user, "storage.url = \"postgresql://u:geheim@h/db\"\n");
  std::filesystem::permissions(files_.user, std::filesystem::perms(0644));
  EXPECT_THAT(settings().warnings, ElementsAre(AllOf(StartsWith(files_.user + ": "), HasSubstr("chmod 600"))));
  std::filesystem::permissions(files_.user, std::filesystem::perms(0600));
  EXPECT_TRUE(settings().warnings.empty());
}

class Mistakes : public ConfigTest {};

TEST_F(Mistakes, AreToldWithTheLineAndTheForm) {
  const std::string at = files_.user;
  EXPECT_EQ(error_of("jobs = 1\njbos = 2\n"), at + ":2: unknown setting 'jbos'; did you mean jobs?");
  EXPECT_EQ(error_of("[prune]\n\ngrce = \"1m\"\n"), at + ":3: unknown setting 'prune.grce'; did you mean prune.grace?");
  EXPECT_EQ(error_of("max_size = 1\n"), at + ":1: unknown setting 'max_size'; did you mean prune.max_size?");
  EXPECT_EQ(error_of("xyzzy = 1\n"), at + ":1: unknown setting 'xyzzy'; `tcm config show` lists the settings");
  EXPECT_EQ(error_of("[prume]\n"), at + ":1: unknown setting 'prume'; did you mean prune?");
  EXPECT_EQ(error_of("[prune]\nlow.water = 1\n"),
            at + ":2: unknown setting 'prune.low'; did you mean prune.low_water?");
  EXPECT_EQ(error_of("\"prune.grace\" = \"1m\"\n"),
            at + ":1: unknown setting '\"prune.grace\"'; did you mean prune.grace?");
  EXPECT_EQ(error_of("jobs = 0\n"), at + ":1: jobs is 0; it must be a number from 1 to 1024");
  EXPECT_EQ(error_of("jobs = -3\n"), at + ":1: jobs is -3; it must be a number from 1 to 1024");
  EXPECT_EQ(error_of("jobs = \"3\"\n"), at + ":1: jobs is '3'; it must be a number from 1 to 1024 (without quotes)");
  EXPECT_EQ(error_of("jobs = 1.5\n"), at + ":1: jobs is a number with a fraction; it must be a number from 1 to 1024");
  EXPECT_EQ(error_of("jobs = [1]\n"), at + ":1: jobs is a list; it must be a number from 1 to 1024");
  EXPECT_EQ(error_of("[jobs]\n"), at + ":1: jobs is a table; it must be a number from 1 to 1024");
  EXPECT_EQ(error_of("[jobs]\nx = 1\n"), at + ":2: unknown setting 'jobs.x'; did you mean jobs?");
  EXPECT_EQ(error_of("prune = 1\n"), at + ":1: unknown setting 'prune'; it is a section: [prune]");
  EXPECT_EQ(error_of("no_plugins = \"true\"\n"),
            at + ":1: no_plugins is 'true'; it must be true or false (without quotes)");
  EXPECT_EQ(error_of("no_plugins = 1\n"), at + ":1: no_plugins is 1; it must be true or false");
  EXPECT_EQ(error_of("log_level = \"loud\"\n"),
            at + ":1: log_level is 'loud'; it must be error, warning, info or debug");
  EXPECT_EQ(error_of("[prune]\ngrace = 10\n"),
            at + ":2: prune.grace is 10; it must be a whole number and one of s m h d w mo y, such as 30s, 12h or 7d "
                 "(in quotes)");
  EXPECT_EQ(error_of("[prune]\ngrace = \"10 parsecs\"\n"),
            at + ":2: prune.grace is '10 parsecs'; it must be a whole number and one of s m h d w mo y, such as 30s, "
                 "12h or 7d");
  EXPECT_EQ(error_of("[prune]\nmax_size = \"10 Q\"\n"),
            at +
                ":2: prune.max_size is '10 Q'; it must be a number of bytes or a number with a unit, such as 512, 64K, "
                "1.5GiB or 2GB, or none");
  EXPECT_EQ(error_of("prune.max_size = -1\n").substr(0, at.size() + 24), at + ":1: prune.max_size is -1");
  EXPECT_EQ(error_of("prune.low_water = 101\n"),
            at + ":1: prune.low_water is 101; it must be a percentage from 1 to 100, such as 80%");
  EXPECT_EQ(error_of("cache_dir = []\n"), at + ":1: cache_dir is a list; it must be a path, or a list of paths");
  EXPECT_EQ(error_of("cache_dir = [\"a\", 1]\n"),
            at + ":1: cache_dir is a list; it must be a path, or a list of paths");
  EXPECT_EQ(error_of("cache_dir = [\"a\\u0000b\"]\n"),
            at + ":1: cache_dir is a list; it must be a path, or a list of paths");
  EXPECT_EQ(error_of("cache_dir = 5\n"), at + ":1: cache_dir is 5; it must be a path, or a list of paths (in quotes)");
  EXPECT_EQ(error_of("host = 1979-05-27\n"), at + ":1: host is a date or a time; it must be a text (in quotes)");
}

TEST_F(Mistakes, OfTheSyntaxAreToldWithTheLine) {
  EXPECT_THAT(error_of("jobs = 1\n[prune\n"), StartsWith(files_.user + ":2: is not TOML: "));
  EXPECT_THAT(error_of("jobs = 1\njobs = 2\n"), StartsWith(files_.user + ":2: is not TOML: "));
  EXPECT_THAT(error_of("log_level = debug\n"), StartsWith(files_.user + ":1: is not TOML: "));
}

TEST_F(Mistakes, OfAWeakerLayerAreToldToo) {
  environment_["TCM_JOBS"] = "5";
  EXPECT_THAT(error_of("jobs = 0\n"), HasSubstr("jobs is 0"));
}

TEST_F(Mistakes, KeepSecrets) {
  for (const char* text :
       {"storage.url = \"mysql://u:geheim@h/db\"\n", "storage.url = \"postgres//u:geheim@h/db\"\n",
        "storage.url = \"postgresql:/u:geheim@h/db\"\n", "storage.ulr = \"postgresql://u:geheim@h/db\"\n",
        "host = [\"postgresql://u:geheim@h/db\", 1]\n", "storage.url = postgresql://u:geheim@h/db\n",
        "storage.url = \"postgresql://u:geheim@h/db\n", "jobs = \"postgresql://u:geheim@h/db\"\n",
        "storage = \"postgresql://u:geheim@h/db\"\n"}) {
    const std::string message = error_of(text);
    EXPECT_NE(message, "") << text;
    EXPECT_EQ(message.find("geheim"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace tcm::config
