// SPDX-License-Identifier: Apache-2.0
// Which files count, and files that nobody meant as settings.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/config/config_fixture.hpp"
#include "tests/support/other_user.hpp"

namespace tcm::config {
namespace {

namespace fs = std::filesystem;
using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ProjectFile : public ConfigTest {
 protected:
  FileState state() const { return find_files(files_).front(); }
};

TEST_F(ProjectFile, IsTheFirstFromTheWorkingDirectoryUpward) {
  EXPECT_FALSE(state().exists);
  EXPECT_EQ(state().path, files_.directory + "/.tcm.toml") << "where it would be";
  write_file(dir_ / "home" / ".tcm.toml", "jobs = 2\n");
  EXPECT_EQ(state().path, (dir_ / "home" / ".tcm.toml").string());
  write_file(project(), "jobs = 3\n");
  EXPECT_EQ(state().path, project().string());
  EXPECT_EQ(settings().jobs.value, 3U) << "files further up do not count";
}

TEST_F(ProjectFile, IsNotLookedForAboveTheHomeDirectory) {
  write_file(dir_ / ".tcm.toml", "jobs = 2\n");
  EXPECT_FALSE(state().exists);
  // The home directory by another name is still the home directory.
  fs::create_symlink(dir_ / "home", dir_ / "alias");
  files_.home = (dir_ / "alias").string();
  EXPECT_FALSE(state().exists);
  files_.home = "/nowhere";
  EXPECT_EQ(state().path, (dir_ / ".tcm.toml").string());
}

TEST_F(ProjectFile, IsNotLookedForBeyondTheBorderOfTheFileSystem) {
  if (!fs::exists("/proc/self/fd")) GTEST_SKIP() << "/proc is not mounted";
  files_.directory = "/proc/self/fd";
  files_.home.clear();
  EXPECT_EQ(state().path, "/proc/self/fd/.tcm.toml");
  files_.directory = "/nowhere/at/all";
  EXPECT_FALSE(state().exists);
}

// A clone of a stranger's repository holds such a file, and its owner is whoever cloned it. So nothing in it may run
// code, write elsewhere, name what is deleted, weaken what protects it, or speak for another host.
TEST_F(ProjectFile, MaySetOnlyHowTheProgramRunsAndPrints) {
  for (const char* line :
       {"plugin_path = \"/evil\"", "no_plugins = false", "builtin_plugins_only = false", "storage.url = \"/evil\"",
        "data_dir = \"/evil\"", "log_file = \"/evil\"", "cache_dir = \"~/.triton/cache\"", "layout = \"triton\"",
        "host = \"ci-17\"", "prune.grace = \"0s\"", "prune.max_size = \"1\"", "prune.max_files = 1",
        "prune.min_free = \"1TiB\"", "prune.low_water = \"1%\"", "prune.keep_newest = 1", "prune.unused_for = \"1s\"",
        "prune.trash = false", "prune.trash_keep = \"0s\"", "prune.trash_max_size = \"1\""}) {
    write_file(project(), std::string("jobs = 1\n") + line + "\n");
    const auto result = resolve_all();
    ASSERT_FALSE(result) << line;
    EXPECT_EQ(result.error().code, ErrorCode::usage);
    EXPECT_THAT(result.error().message, AllOf(StartsWith(project().string() + ":2: a project's file may not set "),
                                              HasSubstr("tcm config path")));
  }
  std::vector<std::string_view> allowed;
  for (const Key& key : setting_keys())
    if (key.in_project) allowed.push_back(key.name);
  EXPECT_THAT(allowed, ElementsAre("storage.timeout", "jobs", "log_level", "log_format", "color"));
}

TEST_F(ProjectFile, IsIgnoredByAProgramWithMoreRightsThanItsCaller) {
  write_file(project(), "jobs = 3\n");
  files_.elevated = true;
  const Settings found = settings();
  EXPECT_EQ(found.jobs.origin.source, Source::default_value);
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("runs with more rights than its caller")));
}

TEST_F(ProjectFile, ThatEverybodyMayWriteIsIgnoredWithAWarning) {
  write_file(project(), "jobs = 3\nthis is not even TOML\n");
  fs::permissions(project(), fs::perms(0666));
  const Settings found = settings();
  EXPECT_EQ(found.jobs.origin.source, Source::default_value);
  EXPECT_THAT(found.warnings,
              ElementsAre(AllOf(StartsWith(project().string() + ": ignored, because anyone may write to it"),
                                HasSubstr("chmod"))));
}

TEST_F(ProjectFile, OfAnotherUserIsIgnoredWithAWarning) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  write_file(project(), "jobs = 3\n");
  ASSERT_EQ(::chown(project().c_str(), 65534, 65534), 0);
  EXPECT_EQ(settings().jobs.origin.source, Source::default_value);
  EXPECT_THAT(settings().warnings, ElementsAre(HasSubstr("it belongs to another user")));
}

TEST_F(ProjectFile, BehindALinkOfAnotherUserIsIgnored) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give links away";
  write_file(dir_ / "mine.toml", "jobs = 3\n");
  fs::create_symlink(dir_ / "mine.toml", project());
  EXPECT_EQ(settings().jobs.value, 3U) << "a link of one's own is fine";
  ASSERT_EQ(::lchown(project().c_str(), 65534, 65534), 0);
  EXPECT_THAT(settings().warnings, ElementsAre(HasSubstr("it belongs to another user")));
}

TEST_F(ProjectFile, OfRootCountsForEverybody) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root owns files of root";
  write_file(project(), "jobs = 3\n");
  fs::permissions(dir_.path(), fs::perms(0755));
  const std::string found = test::as_ordinary_user([&] {
    const Settings seen = settings();
    return std::to_string(seen.jobs.value) + " " + std::to_string(seen.warnings.size());
  });
  EXPECT_EQ(found, "3 0");
}

class HostileFile : public ConfigTest {};

TEST_F(HostileFile, OfMoreThanAMebibyteIsNotRead) {
  const std::string message = error_of("# " + std::string(std::size_t{1} << 20, 'x') + "\n");
  EXPECT_THAT(message, StartsWith(files_.user + ": is larger than 1048576 bytes"));
  EXPECT_EQ(error_of("# " + std::string((std::size_t{1} << 20) - 3, 'x') + "\n"), "");
}

TEST_F(HostileFile, ThatIsNestedDeepIsAnErrorAndNoCrash) {
  const auto repeated = [](std::string_view part, std::size_t count) {
    std::string text;
    while (count-- > 0) text += part;
    return text;
  };
  const std::size_t many = 300'000;
  EXPECT_THAT(error_of("\n" + repeated("a.", many) + "a = 1\n"), StartsWith(files_.user + ":2: is nested too deep"));
  EXPECT_THAT(error_of("[" + repeated("a.", many) + "a]\n"), HasSubstr("is nested too deep"));
  EXPECT_THAT(error_of("x = { " + repeated("a . ", many / 4) + "a = 1 }\n"), HasSubstr("is nested too deep"));
  EXPECT_THAT(error_of("x = " + repeated("[", many) + "\n"), HasSubstr(":1: is not TOML"));
  EXPECT_THAT(error_of("x = " + repeated("{a=", many) + "\n"), HasSubstr(":1: is not TOML"));
  // Dots on many lines do not add up, however the brackets go.
  EXPECT_NE(error_of("x = " + repeated("[ {a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = [\n", 5000)), "");
  // A quote in a comment or in the other kind of string hides nothing.
  EXPECT_THAT(error_of("# \"\n" + repeated("a.", many) + "a = 1\n"), HasSubstr("is nested too deep"));
  EXPECT_THAT(error_of("host = '\"'\n" + repeated("a.", many) + "a = 1\n"), HasSubstr("is nested too deep"));
  EXPECT_THAT(error_of("host = '''\n\"'''''\n" + repeated("a.", many) + "a = 1\n"), HasSubstr("is nested too deep"));
  EXPECT_THAT(error_of("host = \"\\\"\"\n" + repeated("a.", many) + "a = 1\n"), HasSubstr("is nested too deep"));
}

TEST_F(HostileFile, MayHoldManyDotsInStringsAndComments) {
  EXPECT_EQ(error_of("# ................................\nhost = \"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u\" # ....\n"
                     "cache_dir = '/../../../../../../../../../../../../../../../../../../../x'\n"),
            "");
}

TEST_F(HostileFile, HasOtherCharactersThanAsciiInQuotesAndCommentsOnly) {
  for (const char* text :
       {"\xc3\xa9 = 1", "[\xc3\xa9]", "jobs = 1 \xc3\xa9", "host = \"\"\"a\\\xc3\xa9\"\"\"",
        "host = \"\"\"a\\ \t\xc3\xa9\"\"\"", "\xc2\xa0jobs = 1", "jobs = 1o \"\xef\xbb\x89\"", "jobs '\xc3\xa9'"})
    EXPECT_THAT(error_of(text), StartsWith(files_.user + ":1: is not TOML: a character that is not ASCII")) << text;
  EXPECT_EQ(
      error_of(
          "host = \"\xc3\xa9\" # \xc3\xa9\nlog_file = '/\xe2\x82\xac'\ncache_dir = \"\"\"\n/\xc3\xa9\\\n  b\"\"\"\n"),
      "");
}

TEST_F(HostileFile, ThatIsNoUtf8IsAnError) {
  EXPECT_THAT(error_of("jobs = 1\nhost = \"\xff\xfe\"\n"), StartsWith(files_.user + ":2: is not TOML: "));
  EXPECT_THAT(error_of(std::string_view("jobs = 1\n\0\n", 11)), StartsWith(files_.user + ":2: is not TOML: "));
  EXPECT_THAT(error_of("\x7f"
                       "ELF\x02\x01\x01"),
              StartsWith(files_.user + ":1: is not TOML: "));
}

// The parser of Debian 12 ends the program at these, unless it is kept from it.
TEST_F(HostileFile, WithABrokenHeaderIsAnError) {
  for (const char* text : {"[=", "[.a]", "[#", "[,]", "[\n]", "[[=", "[a.=", "[", "[["})
    EXPECT_THAT(error_of(text), StartsWith(files_.user + ":1: is not TOML: ")) << text;
}

TEST_F(HostileFile, ThatIsNoFileIsNamedAndHoldsNothingUp) {
  fs::create_directories(files_.user);
  EXPECT_THAT(resolve_all().error().message, StartsWith(files_.user + ": is a directory, not a file"));
  fs::remove(files_.user);
  ASSERT_EQ(::mkfifo(files_.user.c_str(), 0600), 0);
  EXPECT_THAT(resolve_all().error().message, StartsWith(files_.user + ": is a pipe or a device"));
  fs::remove(files_.user);
  ASSERT_EQ(::mkfifo(project().c_str(), 0600), 0);
  EXPECT_THAT(resolve_all().error().message, StartsWith(project().string() + ": is a pipe or a device"));
}

TEST_F(HostileFile, ThatCannotBeReadIsAnErrorAndNotPassedOver) {
  write_file(files_.system, "jobs = 2\n");
  fs::permissions(files_.system, fs::perms::none);
  fs::permissions(dir_.path(), fs::perms(0755));
  const std::string message = test::as_ordinary_user([&] {
    const auto result = resolve_all();
    return result ? "read" : result.error().message;
  });
  EXPECT_EQ(message, files_.system + ": cannot be read: Permission denied");
}

}  // namespace
}  // namespace tcm::config
