// SPDX-License-Identifier: Apache-2.0
// `tcm run` on processes that log as the tracker does. With the tracker itself: tests/interop.
#include <csignal>
#include <fstream>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A process of a job: lines for its log, which a shell writes where the tracker would.
std::string logging(const std::string& process, const std::vector<std::string>& lines) {
  std::string script = "{ ";
  for (const std::string& line : lines) script += "printf '" + line + "\\n'; ";
  return script + "} >> \"$TCM_HITS_DIR/$TCM_HITS_JOB." + process + "-1a.hits\"; ";
}

const std::string kMiss = "1795000000000000000\\t7\\tM\\t/c\\tKEY1\\tadd_kernel\\t";
const std::string kCompiled = "1795000001000000000\\t7\\tC\\t/c\\tKEY1\\tadd_kernel\\t1500000";
const std::string kHit = "1795000000000000000\\t7\\tH\\t/c\\tKEY2\\tmul_kernel\\t";

class RunTest : public CliTest {
 protected:
  ProgramResult run(const std::string& script, std::vector<std::string> options = {}) {
    std::vector<std::string> words{"run"};
    words.insert(words.end(), options.begin(), options.end());
    for (const char* word : {"--", "sh", "-c"}) words.emplace_back(word);
    words.push_back(script);
    return tcm(words);
  }
};

TEST_F(RunTest, TheCommandHasItsOutputToItselfAndTheSummaryIsBeside) {
  const ProgramResult result = run("echo data; " + logging("7", {kMiss, kCompiled, kHit}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "data\n");
  EXPECT_EQ(result.err,
            "\n2 kernels looked up in 1 process: 1 hit, 1 miss; 1.5 s spent compiling\n"
            "The miss:\n"
            "     1.50 s  KEY1  add_kernel\n"
            "New: 1 entry in /c\n");
}

TEST_F(RunTest, TheExitCodeIsTheCommands) {
  EXPECT_EQ(run("exit 3").exit_code, 3);
  EXPECT_EQ(run("kill -KILL $$").exit_code, 128 + SIGKILL);
  EXPECT_EQ(run(logging("7", {kMiss}) + "exit 3", {"--fail-on-miss"}).exit_code, 3) << "the command's goes first";
  EXPECT_EQ(tcm({"run", "--", "no-such-command"}).exit_code, 127);
  EXPECT_EQ(tcm({"run", "--", "/dev/null"}).exit_code, 126);
}

TEST_F(RunTest, AMissFailsWhereNoneMayBe) {
  EXPECT_EQ(run(logging("7", {kMiss, kCompiled}), {"--fail-on-miss"}).exit_code, 8);
  EXPECT_EQ(run(logging("7", {kHit}), {"--fail-on-miss"}).exit_code, 0);
  const ProgramResult blind = run("true", {"--fail-on-miss"});
  EXPECT_EQ(blind.exit_code, 1);
  EXPECT_THAT(blind.err, HasSubstr("the misses are unknown"));
}

// A worker of inductor's compiles or finds what its parent then loads by path: one use of one kernel.
TEST_F(RunTest, AKernelCountsOnceInAllProcesses) {
  const std::string loaded = "1795000002000000000\\t8\\tL\\t/c\\tKEY1\\tadd_kernel\\t";
  const std::string loaded_only = "1795000002000000000\\t8\\tL\\t/c\\tKEY3\\tsub_kernel\\t";
  const ProgramResult result = run(logging("7", {kMiss, kCompiled, kHit}) + logging("8", {loaded, loaded_only, kHit}));
  EXPECT_THAT(result.err, HasSubstr("3 kernels looked up in 2 processes: 2 hits, 1 miss;"));
  EXPECT_THAT(result.err, HasSubstr("Of the hits one was loaded by path"));
}

TEST_F(RunTest, ACompilationThatFailedIsNamed) {
  const ProgramResult result = run(logging("7", {kMiss}));
  EXPECT_THAT(result.err, HasSubstr("failed  KEY1  add_kernel\n"));
  EXPECT_THAT(result.err, Not(HasSubstr("New:")));
}

TEST_F(RunTest, TheSummaryIsWrittenAsJson) {
  const std::string file = (home_ / "run.json").string();
  run(logging("7", {kMiss, kCompiled, kHit}), {"--json", file});
  std::ifstream stream(file);
  const boost::json::value value =
      boost::json::parse(std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()));
  EXPECT_EQ(value.at("kernels").as_int64(), 2);
  EXPECT_EQ(value.at("hits").as_int64(), 1);
  EXPECT_EQ(value.at("misses").as_int64(), 1);
  EXPECT_EQ(value.at("compile_seconds").as_double(), 1.5);
  EXPECT_EQ(value.at("missed").at(0).at("name").as_string(), "add_kernel");
  EXPECT_EQ(value.at("new").at(0).at("entries").as_int64(), 1);
  EXPECT_EQ(value.at("command").as_array().size(), 3U);
}

// A job of hours whose summary cannot be kept had better not begin.
TEST_F(RunTest, APlaceForTheJsonThatDoesNotWorkIsFoundBeforeTheCommandRuns) {
  const std::string ran = (home_ / "ran").string();
  const std::string missing = (home_ / "no/such/run.json").string();
  const ProgramResult nowhere = run("touch " + ran, {"--json", missing});
  EXPECT_EQ(nowhere.exit_code, 6);
  EXPECT_THAT(nowhere.err, HasSubstr("run.json: its directory does not exist; make it first"));
  const ProgramResult directory = run("touch " + ran, {"--json", home_.path().string()});
  EXPECT_EQ(directory.exit_code, 2);
  EXPECT_THAT(directory.err, HasSubstr(": is not a file; name a file for --json"));
  EXPECT_FALSE(std::filesystem::exists(ran));
  EXPECT_FALSE(std::filesystem::exists(home_ / "no"));
  EXPECT_EQ(run("touch " + ran, {"--json", "/dev/null"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(ran));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(RunTest, ForgedLinesAreCountedAndNamesAreEscaped) {
  const std::string colored = "1795000000000000000\\t7\\tM\\t/c\\tKEY1\\tad\\033[31md\\t";
  const ProgramResult result =
      run(logging("7", {colored, "nonsense", "1\\t7\\tH\\t/c/../d\\tKEY\\tx\\t", "1\\t7\\tH\\t/c\\t..\\tx\\t"}));
  EXPECT_THAT(result.err, HasSubstr("ad\\x1b[31md"));
  EXPECT_THAT(result.err, HasSubstr("3 lines of the logs cannot be read"));
}

TEST_F(RunTest, ItLeavesNothingBehindUnlessJobsLogAnyway) {
  environment_["TMPDIR"] = home_.path().string();
  run(logging("7", {kHit}));
  for (const auto& item : std::filesystem::directory_iterator(home_.path()))
    EXPECT_THAT(item.path().filename().string(), Not(HasSubstr("tcm-run-")));
  environment_["TCM_HITS_DIR"] = (home_ / "logs").string();
  run(logging("7", {kHit}));
  EXPECT_THAT(run(logging("8", {kHit})).err, HasSubstr("in 1 process:")) << "its own job only";
  const auto logs = std::filesystem::directory_iterator(home_ / "logs");
  EXPECT_EQ(std::distance(begin(logs), end(logs)), 2);
}

TEST_F(RunTest, TheJobFindsTheTrackerInFrontOfItsOwnPath) {
  environment_["PYTHONPATH"] = "/mine";
  const ProgramResult result = run("echo $PYTHONPATH; test -f ${PYTHONPATH%:/mine}/tcm_hits.py && echo there");
  EXPECT_THAT(result.out, HasSubstr("/share/tcm/python:/mine\nthere\n"));
}

TEST_F(RunTest, ASignalFromOutsideReachesTheCommand) {
  const std::string script = "trap 'echo caught; exit 5' TERM; kill -TERM $PPID; while :; do sleep 0.05; done";
  const ProgramResult result = run(script);
  EXPECT_EQ(result.out, "caught\n");
  EXPECT_EQ(result.exit_code, 5);
}

}  // namespace
}  // namespace tcm::test
