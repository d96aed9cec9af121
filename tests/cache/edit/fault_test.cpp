// SPDX-License-Identifier: Apache-2.0
// The editor when the system refuses, and when it is killed: at every moment an entry is whole, or pruned and a hit, or
// gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cache/format/file_names.hpp"
#include "tests/cache/edit/editing.hpp"
#include "tests/support/shimmed.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;
using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr int kEntries = 6;

// Kernels of all sorts: maps, a list, two in one entry, a moved cache, and a temporary of a dead writer.
void make_cache(const fs::path& root) {
  add_kernels(root, kEntries - 3);
  KernelSpec list;
  list.seed = 100;
  list.group = GroupShape::list;
  add_kernel(root, list);
  KernelSpec moved;
  moved.seed = 101;
  moved.group_root = "/old/place";
  add_kernel(root, moved);
  KernelSpec two;
  two.seed = 102;
  add_kernel(root, two);
  two.name = "other_kernel";
  two.source = kHip942;
  const fs::path entry = add_kernel(root, two);
  write_file(entry / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/add_kernel.ttir", "half of");
  set_tree_age(entry, std::chrono::hours(1));
}

std::set<std::string> listed(const fs::path& group) {
  const nlohmann::json children = nlohmann::json::parse(read_file(group)).at("child_paths");
  std::set<std::string> names;
  for (const auto& [name, path] : children.items())
    names.insert(children.is_array() ? path.get<std::string>() : std::string(name));
  return names;
}

// What an entry holds that a hit needs: everything that a group lists, the binary and the metadata among it.
void expect_hit(const fs::path& entry, const std::set<std::string>& original) {
  const auto names = names_in(entry);
  for (const std::string& name : original) {
    if (!cache::is_group(name)) continue;
    ASSERT_TRUE(names.contains(name)) << entry << " lost " << name;
    const auto children = listed(entry / name);
    const std::string stem(cache::group_stem(name));
    EXPECT_TRUE(children.contains(stem + ".json")) << entry;
    EXPECT_TRUE(children.contains(stem + ".cubin") || children.contains(stem + ".hsaco")) << entry;
    for (const std::string& child : children) EXPECT_TRUE(names.contains(child)) << entry << " lists " << child;
  }
}

class EditorFault : public testing::Test {
 protected:
  void SetUp() override {
    make_cache(root());
    for (const std::string& key : names_in(root())) original_[key] = names_in(root() / key);
  }
  fs::path root() const { return dir_ / "cache"; }

  ShimmedRun drive(const std::string& action, Environment environment, const std::string& trash = {},
                   const std::function<void()>& paused = {}) const {
    environment.emplace_back("TCM_TEST_ROOT", root().string());
    std::vector<std::string> words{action, root().string()};
    if (!trash.empty()) words.push_back(trash);
    return run_shimmed(TCM_EDITOR_DRIVER, words, environment, paused);
  }

  // How many calls a run makes that change something.
  long count_calls(const std::string& action, const std::string& trash = {}) {
    const fs::path saved = dir_ / "saved";
    copy_tree(root(), saved);
    const ShimmedRun run = drive(action, {{"TCM_TEST_COUNT", (dir_ / "count").string()}}, trash);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    put_back(saved);
    return std::stol(read_file(dir_ / "count"));
  }

  void put_back(const fs::path& saved) const {
    fs::remove_all(root());
    copy_tree(saved, root());
  }

  bool has_ir(const std::string& key) const {
    for (const std::string& name : names_in(root() / key))
      if (name.ends_with("ir") || name.ends_with(".source")) return true;
    return false;
  }
  void expect_no_ir() const {
    for (const auto& [key, names] : original_) EXPECT_FALSE(has_ir(key)) << key;
  }
  // That many entries are as they were; those and the others are hits.
  void expect_whole(int expected) const {
    int whole = 0;
    for (const auto& [key, names] : original_) {
      expect_hit(root() / key, names);
      whole += names_in(root() / key) == names;
    }
    EXPECT_EQ(whole, expected);
  }

  TempDir dir_;
  std::map<std::string, std::set<std::string>> original_;
};

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

TEST_F(EditorFault, TheGroupsAreOnTheDiskBeforeTheFirstIsPutInPlace) {
  const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", "syncfs:1:EIO"}});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output, HasSubstr("Input/output error"));
  for (const auto& [key, names] : original_) EXPECT_EQ(names_in(root() / key), names);
  EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
}

TEST_F(EditorFault, WhereTheFileSystemCannotBeSyncedTheFilesAre) {
  const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", "syncfs:*:ENOSYS"}});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  expect_no_ir();
  EXPECT_EQ(drive("drop", {{"TCM_TEST_FAULT", "syncfs:*:ENOSYS,fsync:*:EIO"}}).exit_code, 0) << "nothing is left to do";
}

TEST_F(EditorFault, AGroupThatCannotBeSyncedStaysAndTheOthersGoOn) {
  const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", "syncfs:*:ENOSYS,fsync:1:EIO"}});
  EXPECT_EQ(run.exit_code, 3);
  expect_whole(1);
}

TEST_F(EditorFault, AnEntryThatCannotBeReadStaysAndTheOthersGoOn) {
  const fs::path saved = dir_ / "saved";
  copy_tree(root(), saved);
  const std::string key = original_.begin()->first;
  for (const std::string& fault :
       {"statx:*:EIO@" + key + "/add_kernel.", "getdents64:*:ESTALE@" + key, "read:*:EIO@" + key + "/__grp__"}) {
    SCOPED_TRACE(fault);
    put_back(saved);
    const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", fault}});
    EXPECT_EQ(run.exit_code, 3) << run.output;
    EXPECT_THAT(run.output, AnyOf(HasSubstr("Input/output error"), HasSubstr("Stale file handle")));
    EXPECT_EQ(names_in(root() / key), original_.at(key));
    expect_whole(1);
  }
}

TEST_F(EditorFault, AReadThatASignalInterruptsIsDoneAgain) {
  const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", "read:1:EINTR@__grp__,read:3:EINTR@__grp__"}});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  expect_no_ir();
}

TEST_F(EditorFault, WithoutRoomInTheTrashTheGroupIsWrittenInTheEntry) {
  const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", "write:*:ENOSPC@.tcm-trash"}});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  expect_no_ir();
  expect_whole(0);
}

// Nothing that is deleted makes room: one entry is tried, whose group then lists files that are gone.
TEST_F(EditorFault, ADiskThatStaysFullLeavesTheOtherEntriesWhole) {
  const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", "write:*:ENOSPC@__grp__,write:*:ENOSPC@.tcm-trash"}});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output, HasSubstr("cannot write the new one: the disk is full"));
  std::size_t touched = 0;
  for (const auto& [key, names] : original_) {
    const auto left = names_in(root() / key);
    touched += left != names ? 1U : 0U;
    EXPECT_TRUE(fs::exists(root() / key / "add_kernel.json"));
    for (const std::string& name : left) EXPECT_THAT(name, testing::Not(HasSubstr(".tmp")));
  }
  EXPECT_EQ(touched, 1U);
  EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
}

TEST_F(EditorFault, AGroupThatCannotBeReplacedLeavesTheEntryWhole) {
  const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", "renameat:*:EACCES"}});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output, HasSubstr("cannot be replaced: Permission denied"));
  for (const auto& [key, names] : original_) {
    expect_hit(root() / key, names);
    EXPECT_EQ(names_in(root() / key), names);
  }
}

TEST_F(EditorFault, AFileThatCannotBeDeletedIsListedNoMore) {
  const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", "unlinkat:1:EBUSY"}});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output, HasSubstr("cannot be deleted: Device or resource busy"));
  for (const auto& [key, names] : original_) expect_hit(root() / key, names);
}

TEST_F(EditorFault, AnEntryThatCannotBeMovedIsNotTouched) {
  const ShimmedRun run = drive("remove", {{"TCM_TEST_FAULT", "renameat2:*:EACCES"}});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output, HasSubstr("cannot move it into the trash: Permission denied"));
  for (const auto& [key, names] : original_) EXPECT_EQ(names_in(root() / key), names);
  EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
}

TEST_F(EditorFault, AFileSystemWithoutMovesThatReplaceNothing) {
  const ShimmedRun run = drive("remove", {{"TCM_TEST_FAULT", "renameat2:*:EINVAL"}});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(names_in(root()), testing::IsEmpty());
}

TEST_F(EditorFault, WhatCouldNotBeDeletedTheNextEditorDeletes) {
  const ShimmedRun run = drive("remove", {{"TCM_TEST_FAULT", "unlinkat:*:EIO"}});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output, HasSubstr("Input/output error"));
  EXPECT_THAT(names_in(root()), testing::ElementsAre(".tcm-trash"));
  EXPECT_EQ(drive("remove", {}).exit_code, 0);
  EXPECT_THAT(names_in(root()), testing::IsEmpty());
}

TEST_F(EditorFault, WhereDirectoriesCannotBeLockedAFileIs) {
  for (const char* error : {"EBADF", "EOPNOTSUPP", "ENOLCK"}) {
    const ShimmedRun run = drive("drop", {{"TCM_TEST_FAULT", std::string("flock:1:") + error}});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_THAT(names_in(root() / ".tcm-trash"), testing::ElementsAre("lock"));
  }
  expect_no_ir();
  EXPECT_THAT(drive("drop", {{"TCM_TEST_FAULT", "flock:*:EIO"}}).output,
              HasSubstr("cannot lock it: Input/output error"));
}

TEST_F(EditorFault, TheLockOfTheFileIsTold) {
  bool paused = false;
  const Environment environment{{"TCM_TEST_FAULT", "flock:1:EBADF"}, {"TCM_TEST_PAUSE_AT", "renameat:1"}};
  const ShimmedRun run = drive("drop", environment, {}, [&] {
    paused = true;
    const ShimmedRun second = drive("drop", {{"TCM_TEST_FAULT", "flock:1:EBADF"}});
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_THAT(second.output, HasSubstr("another tcm is changing this cache"));
  });
  EXPECT_TRUE(paused);
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST_F(EditorFault, WithoutOpenat2ItIsTheSame) {
  fs::create_directory_symlink(dir_.path(), root() / "LINK");
  const ShimmedRun run = drive("remove", {{"TCM_TEST_FAULT", "openat2:*:ENOSYS"}});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(run.output, "symbolic link, not followed\n");
  EXPECT_THAT(names_in(root()), testing::ElementsAre("LINK"));
}

// Entries are moved into the trash with renameat2.
constexpr const char* kBeforeTheFirstMove = "renameat2:1";

TEST_F(EditorFault, AWriterThatComesBeforeTheMoveGetsItsEntryBack) {
  std::set<std::string> written;
  const ShimmedRun run = drive("remove", {{"TCM_TEST_PAUSE_AT", kBeforeTheFirstMove}}, {}, [&] {
    for (const auto& [key, names] : original_)
      write_file(
          root() / key / ("tmp.pid_" + std::to_string(::getpid()) + "_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/k.ttir"),
          "half of");
  });
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output, HasSubstr("pid " + std::to_string(::getpid())));
  for (const auto& [key, names] : original_) EXPECT_EQ(names_in(root() / key).size(), names.size() + 1) << key;
  EXPECT_FALSE(fs::exists(root() / ".tcm-trash"));
}

TEST_F(EditorFault, AnEntryThatIsAnotherOneByThenComesBack) {
  const ShimmedRun run = drive("remove", {{"TCM_TEST_PAUSE_AT", kBeforeTheFirstMove}}, {}, [&] {
    for (const auto& [key, names] : original_) {
      fs::rename(root() / key, dir_ / key);
      write_file(root() / key / "other", "somebody else's");
    }
  });
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output, HasSubstr("while it was being moved"));
  for (const auto& [key, names] : original_) EXPECT_EQ(names_in(root() / key), std::set<std::string>{"other"});
}

TEST_F(EditorFault, WhatAWriterPutsInDuringADropKeepsItsAge) {
  const fs::path saved = dir_ / "saved";
  copy_tree(root(), saved);
  int caught = 0;  // entries that were half dropped when the writer came
  for (int at = 2; at <= 8; ++at) {
    SCOPED_TRACE("a writer at deletion " + std::to_string(at));
    put_back(saved);
    const auto now = fs::file_time_type::clock::now();
    for (const auto& [key, names] : original_) fs::last_write_time(root() / key, now - std::chrono::hours(1));
    std::map<std::string, bool> written;  // by key: was it half dropped?
    const ShimmedRun run = drive("drop", {{"TCM_TEST_PAUSE_AT", "unlinkat:" + std::to_string(at)}}, {}, [&] {
      for (const auto& [key, names] : original_) {
        if (names_in(root() / key) == names) continue;  // not begun
        const auto age = fs::last_write_time(root() / key);
        const bool half = has_ir(key);
        write_file(root() / key / "add_kernel.new", "of a writer");
        if (!half) fs::last_write_time(root() / key, age);  // done already: as it was
        written[key] = half;
        caught += half;
      }
    });
    EXPECT_FALSE(written.empty());
    for (const auto& [key, half] : written) EXPECT_EQ(fs::last_write_time(root() / key) >= now, half) << key;
  }
  EXPECT_GT(caught, 0);
}

TEST_F(EditorFault, NoTrashNoChange) {
  for (const char* action : {"drop", "remove"}) {
    const ShimmedRun run = drive(action, {{"TCM_TEST_FAULT", "mkdirat:*:EROFS"}});
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_THAT(run.output, HasSubstr(".tcm-trash: cannot make this directory: Read-only file system"));
    for (const auto& [key, names] : original_) EXPECT_EQ(names_in(root() / key), names);
  }
}

}  // namespace
}  // namespace tcm::test
