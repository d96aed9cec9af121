// SPDX-License-Identifier: Apache-2.0
// The editor when it is killed: at every moment an entry is whole, or pruned and a hit, or gone; the next run completes
// what was begun.
#include "tests/cache/edit/fault_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST_F(EditorFault, KilledAnywhereInADropEveryEntryIsAHit) {
  const fs::path saved = dir_ / "first";
  copy_tree(root(), saved);
  const long calls = count_calls("drop");
  ASSERT_GT(calls, kEntries) << "each entry is changed";
  for (long at = 1; at <= calls; ++at) {
    SCOPED_TRACE("killed at call " + std::to_string(at));
    put_back(saved);
    EXPECT_EQ(drive("drop", {{"TCM_TEST_KILL_AT", std::to_string(at)}}).signal, SIGKILL);
    for (const auto& [key, names] : original_) expect_hit(root() / key, names);
    const ShimmedRun again = drive("drop", {});
    EXPECT_EQ(again.exit_code, 0) << again.output;
    for (const auto& [key, names] : original_) expect_hit(root() / key, names);
    expect_no_ir();
    EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
    if (HasFailure()) return;
  }
}

TEST_F(EditorFault, KilledAnywhereInARewriteEveryEntryHasAllFilesAndASecondRunFinishes) {
  const fs::path saved = dir_ / "first";
  copy_tree(root(), saved);
  const long calls = count_calls("rewrite");
  for (long at = 1; at <= calls; ++at) {
    SCOPED_TRACE("killed at call " + std::to_string(at));
    put_back(saved);
    EXPECT_EQ(drive("rewrite", {{"TCM_TEST_KILL_AT", std::to_string(at)}}).signal, SIGKILL);
    expect_whole(kEntries);
    EXPECT_EQ(drive("rewrite", {}).exit_code, 0);
    expect_whole(kEntries);
    EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
    for (const auto& [key, names] : original_)
      for (const std::string& name : names) {
        if (!cache::is_group(name)) continue;
        EXPECT_THAT(read_file(root() / key / name), HasSubstr((root() / key).string()));
      }
    if (HasFailure()) return;
  }
}

TEST_F(EditorFault, KilledAnywhereInARemovalEveryEntryIsWholeOrGone) {
  const fs::path saved = dir_ / "first";
  copy_tree(root(), saved);
  const long calls = count_calls("remove");
  ASSERT_GT(calls, kEntries) << "each entry is changed";
  for (long at = 1; at <= calls; ++at) {
    SCOPED_TRACE("killed at call " + std::to_string(at));
    put_back(saved);
    EXPECT_EQ(drive("remove", {{"TCM_TEST_KILL_AT", std::to_string(at)}}).signal, SIGKILL);
    for (const auto& [key, names] : original_)
      if (fs::exists(root() / key)) {
        EXPECT_EQ(names_in(root() / key), names);
      }
    const ShimmedRun again = drive("remove", {});
    EXPECT_EQ(again.exit_code, 0) << again.output;
    EXPECT_THAT(names_in(root()), testing::IsEmpty());
    if (HasFailure()) return;
  }
}

// Without room for a place to move entries to they are deleted where they are, groups first: a look-up that finds a
// group finds all that it lists.
TEST_F(EditorFault, KilledAnywhereInARemovalOnAFullDiskEveryKernelIsWholeOrGone) {
  const fs::path saved = dir_ / "first";
  copy_tree(root(), saved);
  const Environment full{{"TCM_TEST_FAULT", "mkdirat:*:ENOSPC"}};
  const auto with = [&full](const char* name, const std::string& value) {
    Environment environment = full;
    environment.emplace_back(name, value);
    return environment;
  };
  const ShimmedRun counted = drive("remove", with("TCM_TEST_COUNT", (dir_ / "count").string()));
  ASSERT_EQ(counted.exit_code, 0) << counted.output;
  ASSERT_THAT(names_in(root()), testing::IsEmpty());
  const long calls = std::stol(read_file(dir_ / "count"));
  ASSERT_GT(calls, 6 * kEntries) << "each file is deleted by itself";
  int halves = 0;
  for (long at = 1; at <= calls; ++at) {
    SCOPED_TRACE("killed at call " + std::to_string(at));
    put_back(saved);
    EXPECT_EQ(drive("remove", with("TCM_TEST_KILL_AT", std::to_string(at))).signal, SIGKILL);
    for (const auto& [key, names] : original_) {
      if (!fs::exists(root() / key)) continue;
      std::set<std::string> groups;
      for (const std::string& name : names_in(root() / key))
        if (cache::is_group(name)) groups.insert(name);
      expect_hit(root() / key, groups);
      halves += names_in(root() / key) == names ? 0 : 1;
    }
    const ShimmedRun again = drive("remove", full);
    // Of two kernels in one entry, what is left of the first may no longer be told from a file of the user's.
    const bool finished = again.exit_code == 0 && names_in(root()).empty();
    EXPECT_TRUE(finished || (again.exit_code == 3 && names_in(root()) == std::set<std::string>{make_key(102)}))
        << again.output;
    if (HasFailure()) return;
  }
  EXPECT_GT(halves, kEntries) << "nothing was killed in the midst of an entry";
}

TEST_F(EditorFault, KilledAnywhereInADropOnAFullDiskNoEntryEndsAJob) {
  const fs::path saved = dir_ / "first";
  copy_tree(root(), saved);
  const Environment full{{"TCM_TEST_FAULT", "write:*:ENOSPC@.tcm-trash"}};
  const auto with = [&full](const char* name, const std::string& value) {
    Environment environment = full;
    environment.emplace_back(name, value);
    return environment;
  };
  ASSERT_EQ(drive("drop", with("TCM_TEST_COUNT", (dir_ / "count").string())).exit_code, 0);
  const long calls = std::stol(read_file(dir_ / "count"));
  for (long at = 1; at <= calls; ++at) {
    SCOPED_TRACE("killed at call " + std::to_string(at));
    put_back(saved);
    EXPECT_EQ(drive("drop", with("TCM_TEST_KILL_AT", std::to_string(at))).signal, SIGKILL);
    for (const auto& [key, names] : original_) {
      const auto left = names_in(root() / key);
      for (const std::string& name : names)
        if (cache::is_group(name)) {
          EXPECT_FALSE(listed(root() / key / name).empty()) << key;
        } else if (name.ends_with(".json") || name.ends_with(".cubin") || name.ends_with(".hsaco")) {
          EXPECT_TRUE(left.contains(name)) << key << " lost " << name;
        }
    }
    EXPECT_EQ(drive("drop", full).exit_code, 0);
    for (const auto& [key, names] : original_) expect_hit(root() / key, names);
    expect_no_ir();
    if (HasFailure()) return;
  }
}

TEST_F(EditorFault, KilledOnTheWayToTheTrashNothingIsLost) {
  const fs::path saved = dir_ / "first";
  copy_tree(root(), saved);
  const long calls = count_calls("remove", "20261123-1");
  ASSERT_GE(calls, kEntries) << "each entry is moved";
  for (long at = 1; at <= calls; ++at) {
    SCOPED_TRACE("killed at call " + std::to_string(at));
    put_back(saved);
    EXPECT_EQ(drive("remove", {{"TCM_TEST_KILL_AT", std::to_string(at)}}, "20261123-1").signal, SIGKILL);
    for (const auto& [key, names] : original_) {
      const fs::path kept = fs::exists(root() / key) ? root() / key : root() / ".tcm-trash/20261123-1" / key;
      EXPECT_EQ(names_in(kept), names);
    }
  }
}

}  // namespace
}  // namespace tcm::test
