// SPDX-License-Identifier: Apache-2.0
// `tcm repair` and `tcm relocate`, end to end.
#include <filesystem>

#include "tests/cli/cli_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RepairCommand : public CliTest {
 protected:
  ProgramResult repair(std::vector<std::string> more = {"-y"}) {
    more.insert(more.begin(), {"repair", "--grace", "0s"});
    return tcm(more);
  }
  static std::uint64_t files_in(const fs::path& entry) {
    return static_cast<std::uint64_t>(std::distance(fs::directory_iterator(entry), fs::directory_iterator()));
  }
  std::string group(const fs::path& entry) const { return read_file(entry / "__grp__add_kernel.json"); }
};

TEST_F(RepairCommand, AMovedCacheIsAHitAgainAndNothingGoes) {
  const fs::path entry = add_kernel(cache(), {.group_root = "/was/here"});
  const std::uint64_t files = files_in(entry);
  EXPECT_EQ(tcm({"verify"}).exit_code, 0);
  const ProgramResult result = repair();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("paths-elsewhere: __grp__add_kernel.json"));
  EXPECT_EQ(files_in(entry), files);
  EXPECT_THAT(tcm({"verify"}).out, HasSubstr("Nothing is wrong"));
  EXPECT_THAT(repair().out, HasSubstr("Nothing to do"));
}

TEST_F(RepairCommand, WhatCannotBeMendedGoesIntoTheTrash) {
  add_kernels(cache(), 3, 10);
  const fs::path entry = add_kernel(cache(), {.seed = 1});
  write_file(entry / "__grp__add_kernel.json", "");
  const fs::path cut = add_kernel(cache(), {.seed = 2});
  fs::resize_file(cut / "add_kernel.cubin", 100);
  EXPECT_EQ(tcm({"verify"}).exit_code, 4);
  const ProgramResult plan = repair({"--dry-run"});
  EXPECT_EQ(plan.exit_code, 0) << plan.err;
  EXPECT_THAT(plan.out,
              AllOf(HasSubstr("Would mend 2 "), HasSubstr("group-unreadable"), HasSubstr("binary-truncated")));
  EXPECT_TRUE(fs::exists(entry) && fs::exists(cut));
  EXPECT_EQ(repair().exit_code, 0);
  EXPECT_FALSE(fs::exists(entry) || fs::exists(cut));
  EXPECT_THAT(tcm({"verify"}).out, HasSubstr("3 hits, 0 misses and 0 failures.\nNothing is wrong"));
  EXPECT_EQ(tcm({"trash", "restore", "last"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(entry) && fs::exists(cut));
  EXPECT_EQ(repair({"-y", "--no-trash"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(cache() / ".tcm-trash") && !fs::is_empty(cache() / ".tcm-trash"));
}

TEST_F(RepairCommand, AListOfNamesBecomesAMap) {
  const fs::path entry = add_kernel(cache(), {.group = GroupShape::list});
  EXPECT_EQ(tcm({"verify"}).exit_code, 4);
  EXPECT_EQ(repair({"-y", "--keep-paths"}).exit_code, 2) << "paths are what it mends";
  EXPECT_EQ(repair().exit_code, 0);
  EXPECT_THAT(group(entry), HasSubstr("\"add_kernel.cubin\": \"" + entry.string()));
  EXPECT_THAT(tcm({"verify"}).out, HasSubstr("Nothing is wrong"));
}

TEST_F(RepairCommand, OnlyChoosesWhatIsMended) {
  const fs::path moved = add_kernel(cache(), {.seed = 1, .group_root = "/was/here"});
  const fs::path broken = add_kernel(cache(), {.seed = 2});
  write_file(broken / "__grp__add_kernel.json", "");
  EXPECT_EQ(repair({"-y", "--only", "paths-elsewhere"}).exit_code, 0);
  EXPECT_THAT(group(moved), HasSubstr(moved.string()));
  EXPECT_TRUE(fs::exists(broken));
  const ProgramResult wrong = repair({"--only", "nonsense"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("--only: 'nonsense' is not one of group-unreadable"));
}

// The other kernel works, and would go with it.
TEST_F(RepairCommand, AnEntryOfTwoKernelsKeepsTheOneThatWorks) {
  const fs::path entry = add_kernel(cache(), {.seed = 1});
  add_kernel(cache(), {.seed = 1, .name = "second"});
  write_file(entry / "__grp__add_kernel.json", "");
  EXPECT_THAT(repair().out, HasSubstr("kept: 1"));
  EXPECT_TRUE(fs::exists(entry / "second.cubin"));
}

// The text is dropped for its own kernel only where no other one would lose its.
TEST_F(RepairCommand, ABadTextBesideAnotherKernelTakesNothingOfThat) {
  const fs::path entry = add_kernel(cache(), {.seed = 1});
  add_kernel(cache(), {.seed = 1, .name = "second"});
  write_file(entry / "add_kernel.ttir", "\xff\xfe");
  EXPECT_THAT(repair().out, HasSubstr("kept: 1"));
  for (const char* name : {"second.ttir", "second.cubin", "add_kernel.cubin"}) EXPECT_TRUE(fs::exists(entry / name));
}

TEST_F(RepairCommand, TheMetadataOfAnotherKeyIsNeverMadeAHit) {
  const fs::path entry =
      add_kernel(cache(), {.seed = 1, .group_root = "/was/here", .set = {{"/hash", '"' + std::string(64, 'a') + '"'}}});
  const std::string before = group(entry);
  EXPECT_EQ(tcm({"relocate", "-y", "--grace", "0s"}).exit_code, 3);
  EXPECT_EQ(repair({"-y", "--only", "paths-elsewhere"}).exit_code, 3);
  EXPECT_EQ(group(entry), before);
  EXPECT_EQ(repair().exit_code, 0);
  EXPECT_FALSE(fs::exists(entry));
}

TEST_F(RepairCommand, WhatIsIgnoredIsNotMendedAndTheRestIs) {
  const fs::path entry = add_kernel(cache(), {.group_root = "/was/here"});
  environment_["TCM_VERIFY_IGNORE"] = "paths-elsewhere";
  EXPECT_THAT(repair().out, HasSubstr("Nothing to do"));
  environment_["TCM_VERIFY_IGNORE"] = "trust-owner, leftover";
  EXPECT_EQ(repair().exit_code, 0);
  EXPECT_THAT(group(entry), HasSubstr(entry.string()));
}

// Triton writes the path as it was told it.
TEST_F(RepairCommand, APathThroughALinkIsNoDamage) {
  const fs::path link = home_ / "link";
  fs::create_directory_symlink(cache(), link);
  const fs::path entry = add_kernel(cache(), {.group_root = link.string()});
  EXPECT_THAT(repair({"-y", "--cache-dir", link.string()}).out, HasSubstr("Nothing to do"));
  environment_["TRITON_CACHE_DIR"] = link.string();
  EXPECT_THAT(repair().out, HasSubstr("Nothing to do"));
  EXPECT_THAT(group(entry), HasSubstr(link.string()));
}

TEST_F(RepairCommand, WhatIsLeftAsItIsMakesExitCodeThree) {
  const fs::path entry = add_kernel(cache());
  write_file(entry / "__grp__add_kernel.json", "");
  write_file(entry / "mine.txt", "x");
  EXPECT_EQ(repair().exit_code, 3);
  EXPECT_TRUE(fs::exists(entry / "mine.txt"));
  EXPECT_EQ(repair({"--only", ","}).exit_code, 2);
}

TEST_F(RepairCommand, ARewriteNamesNoTrash) {
  add_kernel(cache(), {.group_root = "/was/here"});
  const ProgramResult result = repair();
  EXPECT_THAT(result.out, AllOf(HasSubstr("No file is removed"), HasSubstr("1 entry was rewritten")));
  EXPECT_THAT(result.out, Not(HasSubstr("undo")));
}

TEST_F(RepairCommand, VerifyCanMendInOnePass) {
  const fs::path entry = add_kernel(cache(), {.group_root = "/was/here", .age = std::chrono::hours(5)});
  const ProgramResult result = tcm({"verify", "--repair", "--quick", "-y"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(group(entry), HasSubstr(entry.string()));
  EXPECT_EQ(tcm({"verify", "--repair", "--trust"}).exit_code, 2);
  EXPECT_EQ(tcm({"verify", "-y"}).exit_code, 2);
}

TEST_F(RepairCommand, WithoutAYesNothingChanges) {
  const fs::path entry = add_kernel(cache(), {.group_root = "/was/here"});
  EXPECT_EQ(repair({}).exit_code, 5);
  EXPECT_THAT(group(entry), HasSubstr("/was/here"));
}

class RelocateCommand : public RepairCommand {};

TEST_F(RelocateCommand, IndexStatsAndShowSayWhatNamesAnotherDirectory) {
  const fs::path entry = add_kernel(cache(), {.group_root = "/was/here"});
  EXPECT_THAT(tcm({"index"}).err, HasSubstr("1 kernel names another directory"));
  EXPECT_EQ(json({"index", "--json"}).at("roots").at(0).at("elsewhere"), 1);
  EXPECT_THAT(tcm({"stats"}).err, HasSubstr("1 kernel names another directory"));
  EXPECT_THAT(tcm({"show", entry.filename().string()}).out, HasSubstr("its group names another directory"));
  EXPECT_EQ(lines_of(tcm({"list", "--where", "elsewhere=1", "-q"}).out).size(), 1U);
  const ProgramResult result = tcm({"relocate", "-y", "--grace", "0s"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("1 entry was rewritten"));
  EXPECT_THAT(group(entry), HasSubstr(entry.string()));
  EXPECT_THAT(tcm({"stats"}).err, Not(HasSubstr("another directory")));
  EXPECT_EQ(json({"index", "--json"}).at("roots").at(0).at("elsewhere"), 0);
}

TEST_F(RelocateCommand, ACacheThatIsMovedIsSeenToBe) {
  const fs::path entry = add_kernel(cache());
  EXPECT_THAT(tcm({"index"}).err, Not(HasSubstr("another directory")));
  const fs::path moved = home_ / "moved";
  fs::rename(cache(), moved);
  EXPECT_THAT(tcm({"index", "--cache-dir", moved.string()}).err, HasSubstr("1 kernel names another directory"));
  EXPECT_EQ(tcm({"relocate", "-y", "--grace", "0s", "--cache-dir", moved.string()}).exit_code, 0);
  EXPECT_THAT(group(moved / entry.filename()), HasSubstr((moved / entry.filename()).string()));
}

TEST_F(RelocateCommand, ACacheIsMadeReadyForWhereItWillBeMounted) {
  const fs::path entry = add_kernel(cache());
  EXPECT_EQ(tcm({"relocate", "--to", "/mnt/cache/", "-y", "--grace", "0s"}).exit_code, 0);
  EXPECT_THAT(group(entry), HasSubstr("\"/mnt/cache/" + entry.filename().string()));
  EXPECT_THAT(tcm({"verify", "--as-seen-at", "/mnt/cache"}).out, HasSubstr("Nothing is wrong"));
  EXPECT_EQ(tcm({"relocate", "--to", "relative"}).exit_code, 2);
}

TEST_F(RelocateCommand, ADamagedEntryIsLeftAsItIsAndNamed) {
  const fs::path entry = add_kernel(cache(), {.group_root = "/was/here"});
  fs::resize_file(entry / "add_kernel.cubin", 100);
  const std::string before = group(entry);
  const ProgramResult result = tcm({"relocate", "-y", "--grace", "0s"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr(entry.filename().string()));
  EXPECT_EQ(group(entry), before);
}

TEST_F(RelocateCommand, WhatCannotBeReadIsNamed) {
  add_kernel(cache(), {.seed = 1, .group_root = "/was/here"});
  const fs::path entry = add_kernel(cache(), {.seed = 2, .group_root = "/was/here"});
  write_file(entry / "__grp__add_kernel.json", "{");
  const ProgramResult result = tcm({"relocate", "-y", "--grace", "0s"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr(entry.filename().string()));
  EXPECT_EQ(tcm({"relocate", "--to", "/a\nb"}).exit_code, 2);
}

}  // namespace
}  // namespace tcm::test
