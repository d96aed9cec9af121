// SPDX-License-Identifier: Apache-2.0
// Settings and logs in the whole program: the files of a home directory, what is printed of them, and what never is.
#include <filesystem>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Config : public CliTest {
 protected:
  Config() {
    directory_ = (home_ / "work" / "deep").string();
    fs::create_directories(directory_);
  }
  fs::path user_file() const { return home_ / ".config" / "tcm" / "config.toml"; }
  fs::path project_file() const { return home_ / "work" / ".tcm.toml"; }

  boost::json::object setting(const std::string& key, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"config", "show", "--json"});
    const boost::json::value shown = json(std::move(more));
    for (const auto& entry : shown.at("settings").as_array())
      if (entry.at("key").as_string() == key) return entry.as_object();
    ADD_FAILURE() << key << " is not shown";
    return {};
  }
  static void expect_error(const ProgramResult& result, int code, const std::string& words) {
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, AllOf(StartsWith("tcm: error: "), HasSubstr(words)));
    EXPECT_EQ(lines_of(result.err).size(), 1U) << result.err;
  }
};

TEST_F(Config, ShowNamesTheOriginOfEveryValue) {
  write_file(user_file(), "# mine\nlog_level = \"info\"\n[prune]\nmax_size = \"2G\"\n");
  write_file(project_file(), "color = \"never\"\n");
  environment_["TRITON_CACHE_DIR"] = "/scratch/triton";
  const ProgramResult shown = tcm({"config", "show", "--no-plugins"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_EQ(shown.err, "");
  const auto line_of = [&](const std::string& key) {
    for (const std::string& line : lines_of(shown.out))
      if (line.starts_with(key + " ")) return line;
    return std::string();
  };
  EXPECT_THAT(line_of("cache_dir"), AllOf(HasSubstr("= /scratch/triton "), EndsWith("(env TRITON_CACHE_DIR)")));
  EXPECT_THAT(line_of("no_plugins"), AllOf(HasSubstr("= true "), EndsWith("(flag --no-plugins)")));
  EXPECT_THAT(line_of("color"), AllOf(HasSubstr("= never "), EndsWith("(" + project_file().string() + ":1)")));
  EXPECT_THAT(line_of("log_level"), AllOf(HasSubstr("= info "), EndsWith("(" + user_file().string() + ":2)")));
  EXPECT_THAT(line_of("prune.max_size"), AllOf(HasSubstr("= 2GiB "), EndsWith("(" + user_file().string() + ":4)")));
  EXPECT_THAT(line_of("prune.max_files"), AllOf(HasSubstr("= none "), EndsWith("(default)")));
}

TEST_F(Config, ShowsTheSameInJsonWithTypesAndUnits) {
  write_file(user_file(), "[prune]\nmax_size = \"2G\"\ngrace = \"1h\"\nlow_water = \"80%\"\n");
  const auto size = setting("prune.max_size");
  EXPECT_EQ(size.at("value"), std::int64_t{2} << 30);
  EXPECT_EQ(size.at("unit"), "bytes");
  EXPECT_EQ(size.at("source"), "user");
  EXPECT_EQ(size.at("where"), user_file().string().c_str());
  EXPECT_EQ(size.at("line"), 2);
  EXPECT_EQ(setting("prune.grace").at("value"), 3600);
  EXPECT_EQ(setting("prune.low_water").at("value"), 80);
  EXPECT_TRUE(setting("prune.max_files").at("value").is_null());
  EXPECT_EQ(setting("jobs", {"--no-plugins"}).at("source"), "default");
  EXPECT_EQ(setting("cache_dir").at("value").as_array().at(0), cache().string().c_str());
}

TEST_F(Config, GetPrintsAValueForScripts) {
  write_file(user_file(), "cache_dir = [\"/a b\", \"/c\"]\n");
  EXPECT_EQ(tcm({"config", "get", "cache_dir"}).out, "/a b\n/c\n");
  EXPECT_EQ(tcm({"config", "get", "prune.max_size"}).out, "none\n");
  expect_error(tcm({"config", "get", "prune.maxsize"}), 2, "did you mean prune.max_size?");
}

TEST_F(Config, SetWritesTheUsersFileAndKeepsTheRestOfIt) {
  ASSERT_EQ(tcm({"config", "set", "jobs", "3"}).exit_code, 0);
  EXPECT_EQ(read_file(user_file()), "jobs = 3\n");
  write_file(user_file(), "# why three\njobs = 3 # threads\n\n[prune] # all\ngrace = '1h'\n");
  const ProgramResult set = tcm({"config", "set", "prune.max_size", "10G"});
  EXPECT_EQ(set.exit_code, 0) << set.err;
  EXPECT_EQ(set.out, "");
  EXPECT_EQ(set.err, "Set prune.max_size in " + user_file().string() + ".\n");
  ASSERT_EQ(tcm({"config", "set", "jobs", "4"}).exit_code, 0);
  EXPECT_EQ(read_file(user_file()),
            "# why three\njobs = 4 # threads\n\n[prune] # all\ngrace = '1h'\nmax_size = \"10G\"\n");
}

TEST_F(Config, UnsetRemovesAValueFromTheFileThatSetWrites) {
  write_file(user_file(), "# why three\njobs = 3\n\n[prune]\ngrace = '1h'\nmax_size = \"10G\"\n");
  const ProgramResult unset = tcm({"config", "unset", "prune.max_size"});
  EXPECT_EQ(unset.exit_code, 0);
  EXPECT_EQ(unset.err, "Removed prune.max_size from " + user_file().string() + ".\n");
  EXPECT_EQ(read_file(user_file()), "# why three\njobs = 3\n\n[prune]\ngrace = '1h'\n");
  EXPECT_EQ(setting("prune.max_size").at("source"), "default");
  EXPECT_EQ(tcm({"config", "unset", "prune.max_size"}).err, user_file().string() + " does not set prune.max_size.\n");
  expect_error(tcm({"config", "unset", "jbos"}), 2, "did you mean jobs?");
  write_file(project_file(), "[storage]\ntimeout = \"8s\"\n");
  ASSERT_EQ(tcm({"config", "unset", "--project", "storage.timeout"}).exit_code, 0);
  EXPECT_EQ(read_file(project_file()), "[storage]\n");
}

TEST_F(Config, SetFollowsXdgConfigHome) {
  environment_["XDG_CONFIG_HOME"] = (home_ / "xdg").string();
  ASSERT_EQ(tcm({"config", "set", "jobs", "3"}).exit_code, 0);
  EXPECT_EQ(read_file(home_ / "xdg" / "tcm" / "config.toml"), "jobs = 3\n");
  EXPECT_EQ(setting("jobs").at("value"), 3);
  EXPECT_FALSE(fs::exists(user_file()));
}

TEST_F(Config, SetWritesTheProjectsFileWhereItIs) {
  ASSERT_EQ(tcm({"config", "set", "--project", "storage.timeout", "7s"}).exit_code, 0);
  EXPECT_EQ(read_file(fs::path(directory_) / ".tcm.toml"), "[storage]\ntimeout = \"7s\"\n");
  fs::remove(fs::path(directory_) / ".tcm.toml");
  write_file(project_file(), "");
  ASSERT_EQ(tcm({"config", "set", "--project", "storage.timeout", "8s"}).exit_code, 0);
  EXPECT_EQ(read_file(project_file()), "[storage]\ntimeout = \"8s\"\n");
  expect_error(tcm({"config", "set", "--project", "plugin_path", "/p"}), 2, "a project's file may not set plugin_path");
  EXPECT_EQ(read_file(project_file()), "[storage]\ntimeout = \"8s\"\n");
}

TEST_F(Config, SetTellsWhenSomethingStrongerHasTheLastWord) {
  environment_["TCM_JOBS"] = "9";
  EXPECT_THAT(tcm({"config", "set", "jobs", "3"}).err, HasSubstr("tcm: hint: jobs is also set in env TCM_JOBS"));
  environment_.erase("TCM_JOBS");
  EXPECT_THAT(tcm({"config", "set", "jobs", "4"}).err, Not(HasSubstr("hint")));
}

TEST_F(Config, SetRefusesWhatWouldNotBeRead) {
  expect_error(tcm({"config", "set", "jobs", "many"}), 2, "jobs is 'many'; it must be a number from 1 to 1024");
  expect_error(tcm({"config", "set", "jbos", "3"}), 2, "did you mean jobs?");
  expect_error(tcm({"config", "set", "jobs"}), 2, "VALUE");
  EXPECT_FALSE(fs::exists(user_file()));
}

// A wrong line must not lock out the commands that find and mend it.
TEST_F(Config, ABrokenFileStopsEveryCommandButThoseThatMendIt) {
  add_kernels(cache(), 1);
  ASSERT_EQ(tcm({"index"}).exit_code, 0);
  write_file(user_file(), "color = \"never\"\njobs = 0\n");
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"list"}, {"index"}, {"stats"}, {"plugins"}, {"config", "show"}, {"config", "get", "jobs"}})
    expect_error(tcm(words), 2, user_file().string() + ":2: jobs is 0; it must be a number from 1 to 1024");
  EXPECT_THAT(tcm({"config", "path"}).out, HasSubstr(user_file().string()));
  EXPECT_EQ(tcm({"--help"}).exit_code, 0);
  ASSERT_EQ(tcm({"config", "set", "jobs", "2"}).exit_code, 0);
  EXPECT_EQ(tcm({"list"}).exit_code, 0);
}

TEST_F(Config, PathNamesTheFilesThatAreLookedFor) {
  write_file(project_file(), "jobs = 2\n");
  auto files = json({"config", "path", "--json"}).at("files").as_array();
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files.at(0).at("layer"), "project");
  EXPECT_EQ(files.at(0).at("path"), project_file().string().c_str());
  EXPECT_EQ(files.at(0).at("used"), true);
  EXPECT_EQ(files.at(1).at("path"), user_file().string().c_str());
  EXPECT_EQ(files.at(1).at("exists"), false);
  EXPECT_EQ(files.at(2).at("path"), "/etc/tcm/config.toml");
  fs::permissions(project_file(), fs::perms(0666));
  files = json({"config", "path", "--json"}).at("files").as_array();
  EXPECT_EQ(files.at(0).at("used"), false);
  EXPECT_EQ(files.at(0).at("ignored"), "anyone may write to it");
  const ProgramResult shown = tcm({"config", "path"});
  EXPECT_THAT(shown.out, HasSubstr("ignored"));
  EXPECT_THAT(shown.err, HasSubstr("anyone may write to it"));
}

TEST_F(Config, AStrangersProjectFileIsIgnoredWithAWarning) {
  write_file(project_file(), "jobs = 7\n");
  fs::permissions(project_file(), fs::perms(0666));
  const ProgramResult result = tcm({"config", "get", "jobs"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.out, "7\n");
  EXPECT_THAT(result.err,
              AllOf(StartsWith("tcm: warning: " + project_file().string()), HasSubstr("anyone may write to it")));
}

TEST_F(Config, APipeInPlaceOfAFileHoldsNothingUp) {
  fs::create_directories(user_file().parent_path());
  ASSERT_EQ(::mkfifo(user_file().c_str(), 0600), 0);
  expect_error(tcm({"list"}), 1, user_file().string() + ": is a pipe or a device, not a file");
}

TEST_F(Config, TheFilesReallyDecide) {
  add_kernels(home_ / "elsewhere", 2);
  fs::create_directories(home_ / "plugins");
  write_file(user_file(),
             "cache_dir = \"~/elsewhere\"\ndata_dir = \"~/data\"\nplugin_path = \"~/plugins\"\ncolor = \"always\"\n");
  ASSERT_EQ(tcm({"index"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(home_ / "data" / "tcm.db"));
  EXPECT_EQ(json({"list", "--json"}).at("total"), 2);
  const auto plugins = json({"plugins", "--json"});
  EXPECT_EQ(plugins.at("search_path"), boost::json::array({(home_ / "plugins").string()}));
  environment_["TCM_PLUGIN_PATH"] = (home_ / "other").string();
  EXPECT_EQ(json({"plugins", "--json"}).at("search_path"), boost::json::array({(home_ / "other").string()}));
  EXPECT_THAT(tcm({"list"}).out, HasSubstr("\x1b[1m"));
  EXPECT_THAT(tcm({"list", "--color", "never"}).out, Not(HasSubstr("\x1b[")));
  write_file(user_file(), "cache_dir = \"~/elsewhere\"\nlayout = \"vllm\"\n");
  EXPECT_EQ(tcm({"index", "--layout", "triton"}).exit_code, 0);
  EXPECT_THAT(tcm({"index"}).out, Not(HasSubstr("2 unchanged"))) << "as vLLM's it has other roots";
}

// The user's file may name code to load, so its place must not come from a caller with fewer rights.
TEST_F(Config, AProgramWithMoreRightsThanItsCallerFindsTheFileOfItsOwnUser) {
  struct statvfs status {};
  if (::geteuid() != 0 || ::statvfs(home_.path().c_str(), &status) != 0 || (status.f_flag & ST_NOSUID) != 0)
    GTEST_SKIP() << "only root can make a program run as somebody else, where the file system allows it";
  constexpr uid_t kNobody = 65534;
  const fs::path program = home_ / "tcm";
  fs::copy_file(TCM_PROGRAM, program);
  ASSERT_EQ(::chown(program.c_str(), kNobody, kNobody), 0);
  fs::permissions(program, fs::perms(04755));
  fs::permissions(home_.path(), fs::perms(0755));
  write_file(user_file(), "plugin_path = \"/evil\"\n");
  environment_["XDG_CONFIG_HOME"] = (home_ / ".config").string();
  environment_["TCM_PLUGIN_PATH"] = "/evil";
  ProgramRun run;
  run.environment = environment_;
  run.directory = "/";
  run.arguments = {"config", "path"};
  EXPECT_THAT(run_program(program, run).out, Not(HasSubstr(home_.path().string())));
  run.arguments = {"config", "get", "plugin_path"};
  EXPECT_EQ(run_program(program, run).out, "none\n");
  EXPECT_EQ(tcm({"config", "get", "plugin_path"}).out, "/evil\n") << "without the rights it is the caller's own choice";
}

TEST_F(Config, NothingIsMadeByLooking) {
  tcm({"config", "show"});
  tcm({"config", "path"});
  tcm({"config", "get", "jobs"});
  EXPECT_FALSE(fs::exists(home_ / ".config") || fs::exists(home_ / ".local"));
}

TEST_F(Config, SecretsAreNeverPrinted) {
  const std::string url = "postgresql://u:geheim@localhost:1/db?password=geheim";
  environment_["PGPASSWORD"] = "geheim";
  const fs::path log = home_ / "log";
  const std::vector<std::vector<std::string>> commands = {
      {"config", "show"}, {"config", "show", "--json"}, {"config", "get", "storage.url"}, {"list", "-vv"}, {"index"},
      {"plugins", "-vv"}};
  const auto run_all = [&](std::vector<std::string> more) {
    for (std::vector<std::string> words : commands) {
      words.insert(words.end(), more.begin(), more.end());
      words.insert(words.end(), {"-vv", "--log-format", "json", "--log-file", log.string()});
      const ProgramResult result = tcm(words);
      EXPECT_THAT(result.out, Not(HasSubstr("geheim"))) << words.front();
      EXPECT_THAT(result.err, Not(HasSubstr("geheim"))) << words.front();
    }
  };
  run_all({"--db", url});
  environment_["TCM_DB_URL"] = url;
  run_all({});
  environment_.erase("TCM_DB_URL");
  EXPECT_THAT(tcm({"config", "set", "storage.url", "mysql://u:geheim@h/db"}).err, Not(HasSubstr("geheim")));
  const ProgramResult set = tcm({"config", "set", "storage.url", url});
  EXPECT_EQ(set.exit_code, 0) << set.err;
  EXPECT_THAT(set.err, Not(HasSubstr("geheim")));
  run_all({});
  EXPECT_THAT(read_file(user_file()), HasSubstr("geheim")) << "the one place where it was put";
  EXPECT_THAT(read_file(log), AllOf(HasSubstr("storage.url"), HasSubstr("***"), Not(HasSubstr("geheim"))));
}

class Logs : public CliTest {
 protected:
  static std::vector<boost::json::object> parsed(const std::string& text) {
    std::vector<boost::json::object> lines;
    for (const std::string& line : lines_of(text)) lines.push_back(boost::json::parse(line).as_object());
    return lines;
  }
};

TEST_F(Logs, GoToStderrAndNeverToStdout) {
  add_kernels(cache(), 1);
  tcm({"index"});
  const std::string quiet = tcm({"list", "--json"}).out;
  const ProgramResult loud = tcm({"list", "--json", "-vv", "--no-plugins"});
  EXPECT_EQ(loud.out, quiet);
  EXPECT_THAT(lines_of(loud.err),
              Each(testing::MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9:.]+[+-][0-9:]+ (debug|info|warning|error) .*")));
  EXPECT_THAT(loud.err, HasSubstr(" debug setting no_plugins = true (flag --no-plugins)"));
}

TEST_F(Logs, AreJsonLinesOnRequest) {
  directory_ = (home_ /
                "a \"quoted\"\nand\x01"
                "broken \xff name")
                   .string();
  fs::create_directories(directory_);
  write_file(fs::path(directory_) / ".tcm.toml", "jobs = 2\n");
  const ProgramResult result = tcm({"config", "get", "jobs", "-vv", "--log-format", "json"});
  EXPECT_EQ(result.out, "2\n");
  const auto lines = parsed(result.err);
  ASSERT_FALSE(lines.empty());
  bool named = false;
  for (const boost::json::object& line : lines) {
    EXPECT_EQ(line.size(), 4U);
    EXPECT_EQ(line.at("level"), "debug");
    EXPECT_GT(line.at("pid").to_number<int>(), 1);
    EXPECT_THAT(std::string(line.at("time").as_string()), EndsWith("Z"));
    named = named || std::string(line.at("message").as_string())
                             .find(
                                 "a \"quoted\"\nand\x01"
                                 "broken") != std::string::npos;
  }
  EXPECT_TRUE(named);
}

TEST_F(Logs, AreAppendedToAPrivateFile) {
  const fs::path log = home_ / "log";
  for (int i = 0; i < 2; ++i) {
    const ProgramResult result = tcm({"config", "get", "layout", "-vv", "--log-file", log.string()});
    EXPECT_EQ(result.out, "auto\n");
    EXPECT_EQ(result.err, "");
  }
  EXPECT_EQ(lines_of(read_file(log)).size(), 4U) << "log_level and log_file, twice:\n" << read_file(log);
  struct stat status {};
  ASSERT_EQ(::stat(log.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(Logs, ThatCannotBeOpenedAreAnErrorOfOneLine) {
  const ProgramResult result = tcm({"list", "--log-file", (home_ / "no" / "log").string()});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(lines_of(result.err), testing::ElementsAre(AllOf(StartsWith("tcm: error: "), HasSubstr("/no/log"))));
  ASSERT_EQ(tcm({"config", "set", "log_file", (home_ / "no" / "log").string()}).exit_code, 0);
  EXPECT_EQ(tcm({"list"}).exit_code, 1);
  const ProgramResult shown = tcm({"config", "get", "log_file"});
  EXPECT_EQ(shown.exit_code, 0) << "what is wrong has to be seen to be mended";
  EXPECT_THAT(shown.err, AllOf(StartsWith("tcm: warning: "), HasSubstr("config.toml")));
  ASSERT_EQ(tcm({"config", "set", "log_file", "none"}).exit_code, 0);
  const ProgramResult wrong = tcm({"list", "--log-format", "xml"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("--log-format is 'xml'; it must be text or json"));
}

TEST_F(Logs, OnATerminalStayOneLineEach) {
  directory_ = (home_ / "x\x1b[31m\ny").string();
  fs::create_directories(directory_);
  write_file(fs::path(directory_) / ".tcm.toml", "jobs = 2\n");
  const ProgramResult result = tcm_on_terminal(200, {"config", "get", "jobs", "-vv", "--color", "never"});
  EXPECT_THAT(result.out, AllOf(HasSubstr("\\x1b[31m\\x0ay"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace tcm::test
