// SPDX-License-Identifier: Apache-2.0
// Every failure: one line on stderr that says what and what to do, the right exit code, nothing on stdout.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include "tests/cli/cli_fixture.hpp"
#include "tests/support/other_user.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Failures : public CliTest {
 protected:
  /// A failure has an exit code of its own, prints nothing on stdout, and one line on stderr.
  static void expect_failure(const ProgramResult& result, int code, const std::string& words) {
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, AllOf(HasSubstr("tcm: error: "), HasSubstr(words)));
    EXPECT_EQ(lines_of(result.err).size(), 1U) << result.err;
  }
};

TEST_F(Failures, AMissingIndexNamesTheCommandThatMakesOne) {
  for (const char* command : {"list", "stats"}) expect_failure(tcm({command}), 6, "run `tcm index` first");
  expect_failure(tcm({"show", "x"}), 6, "run `tcm index` first");
}

// The message says which directory was looked for.
TEST_F(Failures, AMissingCacheDirectoryIsNamed) {
  fs::remove_all(cache());
  expect_failure(tcm({"index"}), 6, cache().string());
  expect_failure(tcm({"index", "--cache-dir", "/nowhere/at/all"}), 6, "/nowhere/at/all");
}

TEST_F(Failures, WhatHoldsNoCacheIsNotFoundAndAnEmptyPathIsWrongUsage) {
  write_file(home_ / "file", "x");
  expect_failure(tcm({"index", "--cache-dir", (home_ / "file").string()}), 6, "not a directory");
  fs::create_directories(home_ / "sources" / "include");
  write_file(home_ / "sources" / "include" / "a.h", "x");
  expect_failure(tcm({"index", "--cache-dir", (home_ / "sources").string()}), 6, "sources");
  expect_failure(tcm({"index", "--cache-dir", ""}), 2, "empty");
}

TEST_F(Failures, BadValuesExitWithTwoAndNameTheForm) {
  add_kernels(cache(), 1);
  tcm({"index"});
  expect_failure(tcm({"list", "--older-than", "soon"}), 2, "--older-than");
  expect_failure(tcm({"list", "--size", "lots"}), 2, "--size");
  expect_failure(tcm({"list", "--sort", "siez"}), 2, "did you mean size?");
  expect_failure(tcm({"list", "--columns", "nmae"}), 2, "did you mean name?");
  expect_failure(tcm({"list", "--kind", "thing"}), 2, "--kind");
  expect_failure(tcm({"list", "-o", "xml"}), 2, "xml");
  expect_failure(tcm({"list", "--limit", "-1"}), 2, "--limit");
  expect_failure(tcm({"stats", "--by", "color"}), 2, "--by");
  expect_failure(tcm({"index", "-j", "0"}), 2, "--jobs");
  expect_failure(tcm({"list", "--older-than", "7d", "--younger-than", "1d"}), 2, "contradict");
  environment_["TCM_LOG_LEVEL"] = "loud";
  expect_failure(tcm({"list"}), 2, "TCM_LOG_LEVEL");
}

TEST_F(Failures, MistypedWordsGetASuggestion) {
  expect_failure(tcm({"lsit"}), 2, "did you mean list?");
  expect_failure(tcm({"list", "--nmae", "x"}), 2, "did you mean --name?");
  expect_failure(tcm({"trash", "lst"}), 2, "did you mean list?");
  expect_failure(tcm({"trash"}), 2, "`tcm trash` needs a command: list, restore, empty (see tcm trash --help)");
  expect_failure(tcm({"index", "--full-resacn"}), 2, "did you mean --full-rescan?");
  // What a word begins goes before what is merely near.
  expect_failure(tcm({"list", "--older", "3d"}), 2, "unknown option '--older'; did you mean --older-than?");
  expect_failure(tcm({"trash", "rest"}), 2, "unknown command 'trash rest'; did you mean restore?");
  expect_failure(tcm({"db", "stat"}), 2, "unknown command 'db stat'; did you mean status?");
}

TEST_F(Failures, ASuggestionIsAnotherWordThatIsValidThere) {
  expect_failure(tcm({"--json", "list"}), 2, "'--json' is an option of `tcm list`; put it after the command");
  expect_failure(
      tcm({"config", "list"}), 2,
      "unknown command 'config list'; it must be one of show, get, set, unset, path (see tcm config --help)");
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"show", "KEY", "--assembly", "x"}, {"list", "--since", "7d"}, {"config", "show", "prune"}}) {
    const ProgramResult result = tcm(words);
    expect_failure(result, 2, "see tcm " + words.front());
    EXPECT_THAT(result.err, Not(HasSubstr("did you mean")));
  }
}

TEST_F(Failures, AWordTooManyIsToldWithTheOptionThatTakesIt) {
  expect_failure(tcm({"show", "A", "B"}), 2, "unexpected argument 'B': `tcm show` takes one KEY-OR-NAME");
  expect_failure(tcm({"stats", cache().string()}), 2, "write --cache-dir " + cache().string());
  expect_failure(tcm({"list", "matmul"}), 2, "write --name matmul");
  expect_failure(tcm({"config", "show", "x"}), 2, "unexpected argument 'x': `tcm config show` takes options only");
}

// The parser's own words are for programmers.
TEST_F(Failures, WrongUsageIsToldInTheProgramsOwnWords) {
  expect_failure(tcm({"list", "--limit", "x"}), 2, "--limit: 'x' is not a whole number");
  expect_failure(tcm({"list", "-o", "yaml"}), 2, "--output: 'yaml' is not one of table, wide, json");
  expect_failure(tcm({"prune", "--deduplicate=x"}), 2, "--deduplicate: 'x' is not one of content, metadata, hardlink");
  expect_failure(tcm({"stats", "--top"}), 2, "--top needs a value: N");
  expect_failure(tcm({"list", "--limit", "1", "--limit", "2"}), 2, "--limit may be given only once");
  expect_failure(tcm({"list", "--json=maybe"}), 2, "--json takes no value");
  expect_failure(tcm({"show"}), 2, "`tcm show` needs KEY-OR-NAME");
  expect_failure(tcm({"db", "copy"}), 2, "`tcm db copy` needs --to");
  expect_failure(tcm({"rm", "A", "--trash", "--no-trash"}), 2, "exclude each other");
  expect_failure(tcm({"list", "--sort", ""}), 2, "--sort: '' is not a key to sort by");
  expect_failure(tcm({"list", "--columns", " "}), 2, "--columns: ' ' is not a list of columns");
}

// Only under the name that tcm gives its own index.
TEST_F(Failures, NobodyIsAdvisedToDeleteAFileOfHisOwn) {
  const std::string file = (home_ / "notes.txt").string();
  for (const std::string& content : {std::string("short"), std::string(8192, 'x')}) {
    write_file(file, content);
    const ProgramResult result = tcm({"list", "--db", file});
    expect_failure(result, 1, file + ": is not an index of tcm; name another file");
    EXPECT_THAT(result.err, Not(HasSubstr("delete")));
  }
}

TEST_F(Failures, AMistypedVariableOrKindOfDatabaseIsNoticed) {
  expect_failure(tcm({"list", "--db", "sqlite3:/x"}), 2, "sqlite3:/x");
  EXPECT_FALSE(fs::exists("sqlite3:"));
  add_kernels(cache(), 1);
  tcm({"index"});
  environment_["TCM_JOB"] = "3";
  environment_["TCM_ADD_PLUGIN_PATH"] = "/nowhere";
  const ProgramResult result = tcm({"list", "--json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "tcm: warning: TCM_JOB: tcm does not read this variable; did you mean TCM_JOBS?\n");
}

TEST_F(Failures, WhatTheIndexDoesNotHoldIsNamedWhenNothingMatches) {
  add_kernels(cache(), 1);
  tcm({"index"});
  for (const char* command : {"list", "stats"}) {
    EXPECT_THAT(tcm({command, "-b", "nvdia"}).err,
                HasSubstr("no kernel in the index has the backend 'nvdia'; it holds cuda"));
    EXPECT_THAT(tcm({command, "-a", "sm_999"}).err, HasSubstr("has the architecture 'sm_999'; it holds "));
    EXPECT_THAT(tcm({command, "--cache-dir", "/never"}).err, HasSubstr("/never: not in the index"));
    EXPECT_THAT(tcm({command, "-b", "cuda", "-n", "none"}).err, Not(HasSubstr("hint")));
  }
}

// A database that cannot be read is not an empty one: no "nothing found", no exit code 0,
// and one line that says what to do.
TEST_F(Failures, ADamagedIndexSaysHowToRebuild) {
  add_kernels(cache(), 2);
  tcm({"index"});
  write_file(database(), std::string(8192, 'x'));
  fs::remove(database().string() + "-wal");
  fs::remove(database().string() + "-shm");
  for (const char* command : {"list", "stats", "index"}) expect_failure(tcm({command}), 1, "tcm index");
  fs::remove(database());
  EXPECT_EQ(tcm({"index"}).exit_code, 0);
  EXPECT_EQ(json({"list", "--json"}).at("total"), 2);
}

TEST_F(Failures, AnIndexOfTheFutureIsRefused) {
  add_kernels(cache(), 1);
  tcm({"index"});
  ProgramRun run;
  run.arguments = {database().string(),
                   "UPDATE tcm_meta SET value = 99 WHERE name LIKE '%schema%'; PRAGMA user_version = 99;"};
  ASSERT_EQ(run_program("/usr/bin/sqlite3", run).exit_code, 0);
  expect_failure(tcm({"list"}), 1, "99");
}

TEST_F(Failures, CorruptEntriesAreCountedExplainedAndDoNotStopTheRest) {
  add_kernels(cache(), 5);
  write_file(cache() / make_key(1) / "__grp__add_kernel.json", "{\"child_paths\":");
  write_file(cache() / make_key(2) / "add_kernel.json", "");
  set_tree_age(cache(), std::chrono::hours(1));
  const ProgramResult quiet = tcm({"index"});
  EXPECT_EQ(quiet.exit_code, 3);
  EXPECT_THAT(quiet.out, AllOf(HasSubstr("3 kernels"), HasSubstr("2 broken  0 skipped"),
                               HasSubstr("broken 1: group file is not valid")));
  EXPECT_THAT(quiet.err, HasSubstr("tcm index -v"));
  EXPECT_THAT(quiet.err, HasSubstr("`tcm list --kind broken`"));
  const ProgramResult verbose = tcm({"index", "-v"});
  EXPECT_EQ(verbose.exit_code, 3) << "still so in a run that reads nothing";
  EXPECT_THAT(verbose.err, AllOf(HasSubstr(make_key(1)), HasSubstr(make_key(2))));
  const ProgramResult as_json = tcm({"index", "--json"});
  const auto root = boost::json::parse(as_json.out).at("roots").at(0);
  EXPECT_EQ(root.at("broken"), 2);
  EXPECT_EQ(root.at("skipped"), 0);
  EXPECT_EQ(root.at("broken_reasons").at("group_malformed"), 1);
  EXPECT_EQ(root.at("broken_reasons").at("metadata_malformed"), 1);
}

// What `tcm index` says to do about broken entries works as it stands.
TEST_F(Failures, TheCureForBrokenEntriesCures) {
  add_kernels(cache(), 4);
  fs::remove(cache() / make_key(1) / "add_kernel.cubin");
  fs::remove(cache() / make_key(1) / "add_kernel.hsaco");
  for (const auto& file : fs::directory_iterator(cache() / make_key(2)))
    if (const auto kind = file.path().extension(); kind == ".cubin" || kind == ".hsaco")
      fs::resize_file(file.path(), 0);
  set_tree_age(cache(), std::chrono::hours(1));
  EXPECT_THAT(tcm({"index"}).err, HasSubstr("`tcm repair`"));
  const auto listed = json({"list", "--kind", "broken", "--json"});
  EXPECT_EQ(listed.at("total"), 2);
  EXPECT_THAT(tcm({"show", make_key(1)}).out, HasSubstr("binary_missing: add_kernel."));
  const ProgramResult cured = tcm({"repair", "-y"});
  EXPECT_EQ(cured.exit_code, 0) << cured.out << cured.err;
  EXPECT_FALSE(fs::exists(cache() / make_key(1)));
  EXPECT_FALSE(fs::exists(cache() / make_key(2)));
  const ProgramResult after = tcm({"index"});
  EXPECT_EQ(after.exit_code, 0) << after.out << after.err;
  EXPECT_THAT(after.out, HasSubstr("2 kernels in 2 entries"));
}

TEST_F(Failures, AnUnreadableDirectoryIsNamedAndTheRestGoesOn) {
  // Root reads everything, so the program runs as somebody else.
  add_kernels(cache(), 3);
  fs::permissions(cache() / make_key(2), fs::perms::none);
  fs::permissions(home_.path(), fs::perms::all);
  fs::create_directories(home_ / "data");
  fs::permissions(home_ / "data", fs::perms::all);
  environment_["TCM_DATA_DIR"] = (home_ / "data").string();
  const std::string report = as_ordinary_user([&] {
    give_up_root();
    const ProgramResult result = tcm({"index", "-v"});
    return std::to_string(result.exit_code) + "\n" + result.out + result.err;
  });
  EXPECT_THAT(report, AllOf(testing::StartsWith("3\n"), HasSubstr("2 kernels"), HasSubstr(make_key(2)),
                            HasSubstr("cannot be read")));
}

TEST_F(Failures, ABusyIndexIsWaitedForAndThenExitCodeSeven) {
  add_kernels(cache(), 1);
  tcm({"index"});
  // Somebody else holds the database: a shell of its own, in the middle of a transaction.
  const fs::path held = home_ / "held";
  FILE* shell = ::popen(("sqlite3 '" + database().string() + "'").c_str(), "w");
  ASSERT_NE(shell, nullptr);
  std::fputs(("BEGIN IMMEDIATE;\n.shell touch '" + held.string() + "'\n").c_str(), shell);
  std::fflush(shell);
  while (!fs::exists(held)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  add_kernels(cache(), 1, 9);
  expect_failure(tcm({"index"}), 7, "tcm.db");
  EXPECT_EQ(tcm({"list"}).exit_code, 0) << "readers do not wait";
  ::pclose(shell);
  EXPECT_EQ(tcm({"index"}).exit_code, 0);
}

TEST_F(Failures, OutputThatCannotBeWrittenIsNoSuccess) {
  add_kernels(cache(), 1);
  tcm({"index"});
  ProgramRun run;
  run.environment = environment_;
  run.arguments = {"-c", "'" TCM_PROGRAM
                         "'"
                         " list --json > /dev/full"};
  const ProgramResult result = run_program("/bin/sh", run);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("the disk is full"));
}

// Help makes no data directory, and a home that cannot be written breaks nothing that does not need it.
TEST_F(Failures, HelpAndFailingCommandsTouchNothing) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--help"}, {"list", "--help"}, {"--version"}, {"list"}, {"plugins"}})
    tcm(words);
  EXPECT_FALSE(fs::exists(home_ / ".local"));
}

// Without a terminal nobody can answer a prompt. No command here asks anything, so none may depend on stdin.
TEST_F(Failures, EveryCommandWorksWithoutATerminalAndWithStdinClosed) {
  add_kernels(cache(), 1);
  for (const std::string command : {"index", "list", "stats", "plugins", "version", "show add_kernel"}) {
    ProgramRun run;
    run.environment = environment_;
    run.arguments = {"-c", "'" TCM_PROGRAM
                           "'"
                           " " +
                               command + " <&-"};
    EXPECT_EQ(run_program("/bin/sh", run).exit_code, 0) << command;
  }
}

// Loading a backend takes longer than help and a plain list do.
TEST_F(Failures, HelpAndPlainListsLoadNoBackend) {
  add_kernels(cache(), 2);
  tcm({"index"});
  if (!fs::exists("/usr/bin/strace")) GTEST_SKIP() << "strace is not installed";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--help"}, {"list", "-n", "add_kernel"}, {"stats"}, {"plugins"}}) {
    ProgramRun run;
    run.environment = environment_;
    run.arguments = {"-f", "-e", "trace=openat", "-o", (home_ / "trace").string(), TCM_PROGRAM};
    run.arguments.insert(run.arguments.end(), words.begin(), words.end());
    const ProgramResult result = run_program("/usr/bin/strace", run);
    const std::string trace = fs::exists(home_ / "trace") ? read_file(home_ / "trace") : std::string();
    if (trace.find("openat") == std::string::npos)
      GTEST_SKIP() << "this machine does not let strace work: " << result.err;
    const bool loaded = trace.find("libtcm_backend_") != std::string::npos;
    EXPECT_EQ(loaded, words.front() == "plugins") << words.front();
  }
}

TEST_F(Failures, AnUnwritableDataDirectoryIsOneLine) {
  add_kernels(cache(), 1);
  environment_["TCM_DATA_DIR"] = "/proc/nowhere";
  expect_failure(tcm({"index"}), 1, "/proc/nowhere");
}

}  // namespace
}  // namespace tcm::test
