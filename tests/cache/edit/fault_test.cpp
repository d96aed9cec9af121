// SPDX-License-Identifier: Apache-2.0
// The editor when the system refuses: every entry is whole, or pruned and a hit, or gone.
#include "tests/cache/edit/fault_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;

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
