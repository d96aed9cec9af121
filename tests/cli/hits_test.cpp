// SPDX-License-Identifier: Apache-2.0
// `tcm hits`: logs of jobs into the index.
#include <fstream>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class HitsTest : public CliTest {
 protected:
  HitsTest() {
    key_ = add_kernel(cache(), {.seed = 1}).filename().string();
    other_ = add_kernel(cache(), {.seed = 2}).filename().string();
    std::filesystem::create_directories(logs());
    EXPECT_EQ(tcm({"index"}).exit_code, 0);
  }

  std::filesystem::path logs() const { return home_ / ".local/share/triton-cache-manager/hits"; }

  std::string line(char kind, const std::string& key, const std::string& root = {}, int second = 0) const {
    return std::to_string(1'750'000'000 + second) + "000000000\t7\t" + kind + "\t" +
           (root.empty() ? cache().string() : root) + "\t" + key + "\tadd_kernel\t" + (kind == 'C' ? "9" : "");
  }
  void log(const std::string& name, const std::vector<std::string>& lines, const std::string& rest = {}) {
    std::ofstream stream(logs() / name, std::ios::app);
    for (const std::string& text : lines) stream << text << '\n';
    stream << rest;
  }
  /// hits, misses, last_hit
  std::string counts(const std::string& key) {
    const std::string csv = tcm({"list", "--key", key, "-o", "csv", "--columns", "hits,misses,last_hit"}).out;
    return lines_of(csv).at(1);
  }

  std::string key_, other_;
};

TEST_F(HitsTest, ProcessesThatUsedAnEntryAreItsHits) {
  log("job.7-1.hits", {line('H', key_), line('h', key_), line('M', other_), line('C', other_)});
  log("job.8-1.hits", {line('H', key_, {}, 40)});
  const ProgramResult result = tcm({"hits", "import"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "2 hits and 1 miss of 2 entries imported, from 2 of 2 logs.\n");
  EXPECT_EQ(counts(key_), "2,0,2025-06-15T15:07:20Z");
  EXPECT_EQ(counts(other_), "0,1,") << "somebody counted, and there was no hit";
}

TEST_F(HitsTest, EachLineCountsOnce) {
  log("job.7-1.hits", {line('H', key_)}, line('H', other_).substr(0, 30));
  tcm({"hits", "import"});
  EXPECT_THAT(tcm({"hits", "import"}).out, HasSubstr("0 hits and 0 misses of 0 entries imported, from 0 of 1 log."));
  EXPECT_EQ(counts(other_), ",,") << "half a line is none";
  log("job.7-1.hits", {line('H', other_).substr(30), line('L', key_)});
  EXPECT_EQ(tcm({"hits", "import"}).exit_code, 0);
  EXPECT_EQ(counts(key_), "2,0,2025-06-15T15:06:40Z");
  EXPECT_EQ(counts(other_), "1,0,2025-06-15T15:06:40Z");
}

TEST_F(HitsTest, AnImportThatIsKilledLosesAndDoublesNothing) {
  constexpr int kJobs = 60;
  for (int i = 0; i < kJobs; ++i) log("job" + std::to_string(i) + ".7-1.hits", {line('H', key_), line('M', other_)});
  const std::string command = "HOME=" + home_.path().string() + " timeout -s KILL ";
  for (const char* seconds : {"0.02", "0.04", "0.05", "0.06", "0.07", "0.08", "0.1"})
    static_cast<void>(::system((command + seconds + " " + TCM_PROGRAM + " hits import >/dev/null 2>&1").c_str()));
  EXPECT_EQ(tcm({"hits", "import"}).exit_code, 0);
  EXPECT_EQ(counts(key_), "60,0,2025-06-15T15:06:40Z");
  EXPECT_EQ(counts(other_), "0,60,");
}

TEST_F(HitsTest, WhatAWorkerFoundForItsParentIsOneUse) {
  log("job.7-1.hits", {line('H', key_), line('M', other_), line('C', other_)});
  log("job.8-1.hits", {line('L', key_), line('L', other_)});
  EXPECT_THAT(tcm({"hits", "import"}).out, HasSubstr("1 hit and 1 miss of 2 entries"));
}

TEST_F(HitsTest, PathsOfAContainerAreMapped) {
  log("job.7-1.hits", {line('H', key_, "/root/.triton/cache")});
  const ProgramResult waits = tcm({"hits", "import"});
  EXPECT_EQ(waits.exit_code, 3);
  EXPECT_THAT(waits.err, HasSubstr("/root/.triton/cache: the index does not know this root, so a log waits for it"));
  EXPECT_EQ(tcm({"hits", "import", "--map", "/root/.triton=" + (home_ / ".triton").string()}).exit_code, 0);
  EXPECT_EQ(counts(key_), "1,0,2025-06-15T15:06:40Z");
  EXPECT_EQ(tcm({"hits", "import", "--map", "root=/x"}).exit_code, 2);
}

TEST_F(HitsTest, UnknownRootsArePassedOverWhenThatIsAskedFor) {
  log("job.7-1.hits", {line('H', key_), line('H', key_, "/gone")});
  EXPECT_EQ(tcm({"hits", "import", "--skip-unknown"}).exit_code, 0);
  EXPECT_EQ(counts(key_), "1,0,2025-06-15T15:06:40Z");
}

TEST_F(HitsTest, HitsSurviveTheTrash) {
  log("job.7-1.hits", {line('H', key_), line('M', key_)});
  tcm({"hits", "import"});
  const std::string before = counts(key_);
  ASSERT_EQ(tcm({"rm", key_, "-y", "--trash", "--grace", "0s"}).exit_code, 0);
  ASSERT_EQ(tcm({"trash", "restore", "last"}).exit_code, 0);
  tcm({"index"});
  EXPECT_EQ(counts(key_), before);
}

TEST_F(HitsTest, HostileLogsAreBoundedAndNamed) {
  std::filesystem::create_symlink("/etc/passwd", logs() / "link.7-1.hits");
  ASSERT_EQ(::system(("mkfifo " + (logs() / "pipe.7-1.hits").string()).c_str()), 0);
  std::filesystem::resize_file((std::ofstream(logs() / "huge.7-1.hits"), logs() / "huge.7-1.hits"), 1ULL << 32U);
  log("job.7-1.hits", {std::string(100'000, 'x'), line('H', "../../etc"), line('H', key_), "\x1b[31m"});
  log("notes.txt", {"mine"});
  const ProgramResult result = tcm({"hits", "import"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("1 hit and 0 misses of 1 entry imported, from 1 of 4 logs."));
  EXPECT_THAT(result.err, HasSubstr("skipped 3 lines that no tracker wrote"));
  for (const char* name : {"link", "pipe", "huge"}) EXPECT_THAT(result.err, HasSubstr(std::string(name) + ".7-1.hits"));
  EXPECT_THAT(result.err, testing::Not(HasSubstr("\x1b[31m")));
}

TEST_F(HitsTest, AClockThatIsAheadKeepsNothingForEver) {
  log("job.7-1.hits", {"9100000000000000000\t7\tH\t" + cache().string() + "\t" + key_ + "\tadd_kernel\t"});
  EXPECT_EQ(tcm({"hits", "import"}).exit_code, 0);
  EXPECT_LT(counts(key_), "1,0,2100");
}

TEST_F(HitsTest, ADirectoryWithoutLogsIsToldFromNone) {
  EXPECT_EQ(tcm({"hits", "import"}).exit_code, 0);
  EXPECT_EQ(tcm({"hits", "import", (home_ / "nowhere").string()}).exit_code, 6);
}

TEST_F(HitsTest, SetupPrintsLinesThatAShellTakes) {
  const ProgramResult shell = tcm({"hits", "setup", "shell"});
  EXPECT_EQ(shell.exit_code, 0) << shell.err;
  const std::string script = shell.out + "test -f \"$PYTHONPATH/tcm_hits.py\" && test -d \"$TCM_HITS_DIR\"";
  std::ofstream(home_ / "setup.sh") << script;
  EXPECT_EQ(::system(("env -u PYTHONPATH sh " + (home_ / "setup.sh").string()).c_str()), 0);
  const std::string all = tcm({"hits", "setup"}).out;
  for (const char* part : {"script", "tcm_hits.pth", "Dockerfile", "configmap"}) EXPECT_THAT(all, HasSubstr(part));
  EXPECT_THAT(tcm({"hits", "setup", "kubernetes"}).out, HasSubstr("mountPath: /opt/tcm/python"));
}

}  // namespace
}  // namespace tcm::test
