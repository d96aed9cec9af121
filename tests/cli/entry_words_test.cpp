// SPDX-License-Identifier: Apache-2.0
// How commands name entries to each other when several caches hold the same key.
#include <filesystem>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// Two caches with the same two keys, both in the index.
class EntryWords : public CliTest {
 protected:
  EntryWords() {
    for (const fs::path& root : {one(), two()}) add_kernels(root, 2);
    tcm({"index", "--cache-dir", one().string(), "--cache-dir", two().string()});
  }

  fs::path one() const { return home_ / "one"; }
  fs::path two() const { return home_ / "two"; }
  static std::string key() { return make_key(1); }

  ProgramResult pipe(const std::string& input, std::vector<std::string> arguments) {
    ProgramRun run;
    run.arguments = std::move(arguments);
    run.environment = environment_;
    run.input = input;
    return run_program(TCM_PROGRAM, run);
  }
};

TEST_F(EntryWords, APipeRemovesWhatWasListedAndNothingElse) {
  const ProgramResult listed = tcm({"list", "--cache-dir", one().string(), "-q"});
  EXPECT_THAT(lines_of(listed.out),
              testing::UnorderedElementsAre((one() / make_key(1)).string(), (one() / make_key(2)).string()));
  const ProgramResult removed = pipe(listed.out, {"rm", "-", "-y"});
  EXPECT_EQ(removed.exit_code, 0) << removed.err;
  EXPECT_FALSE(fs::exists(one() / key()));
  EXPECT_TRUE(fs::exists(two() / key()));
  EXPECT_TRUE(fs::exists(two() / make_key(2)));
}

TEST_F(EntryWords, AKeyOfSeveralRootsIsRefusedByRm) {
  const ProgramResult refused = tcm({"rm", key(), "-y"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("lies in 2 roots"), HasSubstr(one().string()), HasSubstr(two().string()),
                                 HasSubstr("--cache-dir")));
  EXPECT_EQ(tcm({"rm", key(), "-y", "--cache-dir", two().string()}).exit_code, 0);
  EXPECT_TRUE(fs::exists(one() / key()));
  EXPECT_FALSE(fs::exists(two() / key()));
}

TEST_F(EntryWords, RmTakesPaths) {
  fs::create_directory_symlink(one(), home_ / "link");
  directory_ = one().string();
  const std::string entry = (one() / key()).string();
  for (const std::string& word : {entry, entry + "/", entry + "/add_kernel.json", (home_ / "link" / key()).string(),
                                  "./" + key(), "../one/" + key()}) {
    const ProgramResult planned = tcm({"rm", word, "--dry-run"});
    EXPECT_EQ(planned.exit_code, 0) << word << planned.err;
    EXPECT_THAT(planned.out, AllOf(HasSubstr("Would remove 1 kernel"), HasSubstr("  in " + one().string() + "\n"),
                                   Not(HasSubstr(two().string()))))
        << word;
  }
  EXPECT_EQ(tcm({"rm", entry + "/..", "--dry-run"}).exit_code, 6) << "that is the root";
  EXPECT_EQ(tcm({"rm", (one() / "none").string(), "--dry-run"}).exit_code, 6);
  EXPECT_EQ(tcm({"rm", (home_ / "other" / key()).string(), "--dry-run"}).exit_code, 6);
}

TEST_F(EntryWords, ShowPrintsEveryCopyOfAKeyAndTheOneOfAPath) {
  const ProgramResult both = tcm({"show", key()});
  EXPECT_EQ(both.exit_code, 0);
  EXPECT_THAT(both.out, AllOf(HasSubstr(one().string() + "\n"), HasSubstr(two().string() + "\n")));
  const ProgramResult first = tcm({"show", (one() / key() / "add_kernel.json").string()});
  EXPECT_EQ(first.exit_code, 0);
  EXPECT_THAT(first.out, AllOf(HasSubstr(one().string() + "\n"), Not(HasSubstr(two().string() + "\n"))));
  EXPECT_THAT(lines_of(tcm({"show", key(), "-o", "jsonl"}).out), SizeIs(2));
  const ProgramResult document = tcm({"show", key(), "--json"});
  EXPECT_EQ(document.exit_code, 2);
  EXPECT_THAT(document.err, HasSubstr("give the path of one"));
  EXPECT_EQ(tcm({"show", (one() / key()).string(), "--json"}).exit_code, 0);
  EXPECT_EQ(tcm({"show", (home_ / "other" / key()).string()}).exit_code, 6);
}

TEST_F(EntryWords, APlanOverSeveralRootsSaysWhichRowIsWhere) {
  const ProgramResult both = tcm({"prune", "--full", "--all", "--dry-run"});
  EXPECT_THAT(both.out, AllOf(HasSubstr("ROOT"), HasSubstr("  one  "), HasSubstr("  two  ")));
  const ProgramResult single = tcm({"rm", (one() / key()).string(), "--dry-run"});
  EXPECT_THAT(single.out, Not(HasSubstr("ROOT")));
}

TEST_F(EntryWords, KeysStandForThemselvesWhenThereIsOneRoot) {
  environment_["TCM_DATA_DIR"] = (home_ / "data").string();
  add_kernel(one(), {.key = "a key with blanks"});
  tcm({"index", "--cache-dir", one().string()});
  const ProgramResult listed = tcm({"list", "-q", "--key", "a key"});
  EXPECT_THAT(lines_of(listed.out), ElementsAre("a key with blanks"));
  EXPECT_EQ(pipe(listed.out, {"rm", "-", "-y"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(one() / "a key with blanks"));
}

// A line break would make two names of one, and the second could be any entry's.
TEST_F(EntryWords, ALineBreakInAKeyNeverBecomesASecondName) {
  environment_["TCM_DATA_DIR"] = (home_ / "data").string();
  add_kernel(one(), {.key = "x\n" + key()});
  tcm({"index", "--cache-dir", one().string()});
  const ProgramResult listed = tcm({"list", "-q", "--key", "x"});
  EXPECT_THAT(lines_of(listed.out), SizeIs(1));
  EXPECT_EQ(pipe(listed.out, {"rm", "-", "-y"}).exit_code, 6);
  EXPECT_TRUE(fs::exists(one() / key()));
}

TEST_F(EntryWords, APlainIndexReadsAllThatItKnows) {
  fs::remove_all(two() / key());
  add_kernels(home_ / "three", 1);
  EXPECT_EQ(tcm({"index", (home_ / "three").string()}).exit_code, 0);
  const ProgramResult plain = tcm({"index"});
  EXPECT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_THAT(plain.out, AllOf(HasSubstr(one().string() + "  2 kernels"), HasSubstr(two().string() + "  1 kernel "),
                               HasSubstr("three")));
}

TEST_F(EntryWords, ACacheThatIsAwayIsSaidToBeAndForgottenOnRequest) {
  fs::rename(two(), home_ / "away");
  const ProgramResult indexed = tcm({"index", two().string()});
  EXPECT_EQ(indexed.exit_code, 0) << indexed.err;
  EXPECT_THAT(indexed.out, AllOf(HasSubstr(two().string() + "  is not here now"), HasSubstr("4 before, 2 now")));
  EXPECT_THAT(tcm({"list"}).err, HasSubstr(two().string() + ": not there for"));
  EXPECT_THAT(tcm({"stats"}).err, HasSubstr(two().string() + ": not there for"));
  EXPECT_EQ(tcm({"index", "--forget", two().string()}).out,
            "Forgot 1 root with 2 entries. Nothing on the disk was touched.\n");
  EXPECT_EQ(tcm({"list"}).err.find("not there"), std::string::npos);
  EXPECT_EQ(tcm({"index", "--forget", two().string()}).exit_code, 6);
}

}  // namespace
}  // namespace tcm::test
