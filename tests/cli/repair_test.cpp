// SPDX-License-Identifier: Apache-2.0
// `tcm repair` and `tcm relocate`, end to end.
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

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
  EXPECT_THAT(repair().out, HasSubstr("kept: 1 with another kernel, which works"));
  EXPECT_TRUE(fs::exists(entry / "second.cubin"));
}

// It misses now, and a rewrite would make it a hit.
TEST_F(RepairCommand, AnEntryOfTwoKernelsKeepsTheOneThatWasMoved) {
  const fs::path entry = add_kernel(cache(), {.seed = 1});
  add_kernel(cache(), {.seed = 1, .group_root = "/was/here", .name = "second"});
  write_file(entry / "__grp__add_kernel.json", "");
  EXPECT_THAT(repair().out, HasSubstr("kept: 1"));
  EXPECT_TRUE(fs::exists(entry / "second.cubin"));
  write_file(entry / "__grp__second.json", "");
  EXPECT_EQ(repair().exit_code, 0);
  EXPECT_FALSE(fs::exists(entry));
}

TEST_F(RepairCommand, WhatIsNotAsRecordedGoes) {
  const fs::path entry = add_kernel(cache());
  EXPECT_THAT(tcm({"index", "--digests"}).out, HasSubstr("1 digest recorded"));
  std::string bytes = read_file(entry / "add_kernel.cubin");
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(entry / "add_kernel.cubin", std::ios::binary | std::ios::in)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  EXPECT_THAT(repair().out, HasSubstr("Nothing to do"));
  const ProgramResult result = repair({"-y", "--level", "deep"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("digest-differs: add_kernel.cubin"));
  EXPECT_FALSE(fs::exists(entry));
}

// A setting says how the roots of the configured cache lie, and a repair reads them so.
TEST_F(RepairCommand, TheLayoutThatIsSetCounts) {
  const fs::path entry = add_kernel(cache() / "0", {.group_root = "/was/here"});
  environment_["TCM_LAYOUT"] = "triton";
  EXPECT_THAT(repair().out, HasSubstr("Nothing to do"));
  environment_["TCM_LAYOUT"] = "auto";
  EXPECT_EQ(repair({"-y", "--cache-dir", (cache() / "0").string()}).exit_code, 0);
  EXPECT_THAT(group(entry), HasSubstr(entry.string()));
}

TEST_F(RepairCommand, AFifoIsNoLink) {
  const fs::path entry = add_kernel(cache(), {.group_root = "/was/here"});
  ASSERT_EQ(::mkfifo((entry / "pipe").c_str(), 0600), 0);
  set_age(entry, std::chrono::hours(1));
  const ProgramResult result = repair();
  EXPECT_THAT(result.out, AllOf(HasSubstr("pipe: neither a file nor a directory"), Not(HasSubstr("symbolic link"))));
}

// Triton looks only for keys: what lies under another name is no hit, and both commands say the same of it.
TEST_F(RepairCommand, ARenamedEntryIsRewrittenByBothCommands) {
  for (const char* command : {"repair", "relocate"}) {
    const fs::path entry = add_kernel(cache());
    const fs::path renamed = cache() / ("saved-" + std::string(command));
    fs::rename(entry, renamed);
    const ProgramResult result = tcm({command, "-y", "--grace", "0s"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("1 entry was rewritten")) << command;
    EXPECT_THAT(group(renamed), HasSubstr(renamed.string()));
  }
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

// Triton's XPU backend writes the path of the entry into the metadata, too.
TEST_F(RelocateCommand, WhatABackendCallsAPathInTheMetadataFollows) {
  environment_["TCM_ADD_PLUGIN_PATH"] = TCM_XPU_PLUGIN_DIR;
  copy_tree(fs::path(TCM_COMPILER_CACHES) / "xpu-3.3-zebin", cache());
  // Later releases have the field that this one did not write.
  for (const auto& item : fs::recursive_directory_iterator(cache()))
    if (item.path().filename() == "rms_norm_fwd.json") {
      const std::string key = item.path().parent_path().filename();
      const std::string text = read_file(item.path());
      write_file(item.path(), R"({"cache_dir": "/opt/kernels/xpu/native/)" + key + "\", " + text.substr(1));
    }
  const auto cache_dirs = [this] {
    std::vector<std::string> found;
    for (const auto& item : fs::recursive_directory_iterator(cache())) {
      if (item.path().extension() != ".json" || item.path().filename().string().starts_with("__grp__")) continue;
      const auto metadata = boost::json::parse(read_file(item.path())).as_object();
      if (const auto* path = metadata.if_contains("cache_dir"))
        found.push_back(std::string(path->as_string()) + " " + item.path().parent_path().filename().string());
    }
    return found;
  };
  const auto all_below = [&](const std::string& root) {
    const auto found = cache_dirs();
    EXPECT_FALSE(found.empty());
    for (const std::string& one : found) {
      const std::string key = one.substr(one.find(' ') + 1);
      EXPECT_EQ(one, root + "/" + key + " " + key);
    }
  };
  for (const auto& entry : fs::directory_iterator(cache())) set_tree_age(entry.path(), std::chrono::hours(1));
  const ProgramResult result = tcm({"relocate", "-y"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  all_below(cache().string());
  EXPECT_THAT(tcm({"relocate", "-y"}).out, HasSubstr("Nothing to do"));
  EXPECT_EQ(tcm({"relocate", "-y", "--to", "/mnt/models"}).exit_code, 0);
  all_below("/mnt/models");
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
