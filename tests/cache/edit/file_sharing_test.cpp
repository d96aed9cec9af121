// SPDX-License-Identifier: Apache-2.0
// Making equal files one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/cache/edit/editing.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using cache::Status;
using model::Action;
using model::KeptReason;

struct SharePair {
  SharePair() : root(open_root((fs::create_directory(dir / "a"), fs::create_directory(dir / "b"), dir / "a"))) {
    one = add_kernel(dir / "a");
    two = add_kernel(dir / "b");
  }
  cache::Change change(const std::vector<std::string>& names) const {
    cache::Change made = change_of(two, Action::share);
    for (const std::string& name : names) made.shares.push_back({name, {&root, one.filename().string(), name}});
    return made;
  }
  TempDir dir;
  cache::Root root;
  fs::path one, two;
};

std::uint64_t inode(const fs::path& file) {
  struct stat found {};
  EXPECT_EQ(::stat(file.c_str(), &found), 0);
  return found.st_ino;
}

TEST(EditorShare, EqualFilesBecomeOne) {
  const SharePair pair;
  const std::int64_t mtime = read(pair.two).stamp.mtime_ns;
  const Outcome outcome = run_one(pair.two.parent_path(), pair.change({"add_kernel.cubin", "add_kernel.ptx"}));
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.detail, "");
  EXPECT_EQ(outcome.files, 2U);
  EXPECT_EQ(inode(pair.one / "add_kernel.cubin"), inode(pair.two / "add_kernel.cubin"));
  EXPECT_EQ(inode(pair.one / "add_kernel.ptx"), inode(pair.two / "add_kernel.ptx"));
  EXPECT_NE(inode(pair.one / "add_kernel.ttir"), inode(pair.two / "add_kernel.ttir"));
  EXPECT_GT(outcome.freed, 0U);
  ASSERT_TRUE(outcome.now);
  EXPECT_EQ(read(pair.two).stamp.mtime_ns, mtime);
  EXPECT_EQ(names_in(pair.dir / "b").size(), 1U);
}

TEST(EditorShare, WhatIsFreedIsWhatTheReplacedFileHeld) {
  const SharePair pair;
  struct stat found {};
  ASSERT_EQ(::stat((pair.two / "add_kernel.cubin").c_str(), &found), 0);
  fs::create_hard_link(pair.two / "add_kernel.ptx", pair.dir / "elsewhere");
  const Outcome outcome = run_one(pair.dir / "b", pair.change({"add_kernel.cubin", "add_kernel.ptx"}));
  EXPECT_EQ(outcome.files, 2U);
  EXPECT_EQ(outcome.freed, static_cast<std::uint64_t>(found.st_blocks) * 512) << "the other one is still linked";
}

// Shares the binary after something was done to the pair: nothing may come of it.
void expect_unshared(const SharePair& pair, const std::string& why) {
  const Outcome outcome = run_one(pair.dir / "b", pair.change({"add_kernel.cubin"}));
  EXPECT_EQ(outcome.status, Status::done);
  EXPECT_EQ(outcome.files, 0U);
  EXPECT_THAT(outcome.detail, testing::HasSubstr(why));
  EXPECT_FALSE(outcome.now);
  EXPECT_FALSE(fs::exists(pair.dir / "b/.tcm-trash"));
}

TEST(EditorShare, DifferentBytesAreNotShared) {
  const SharePair pair;
  std::string bytes = read_file(pair.one / "add_kernel.cubin");
  bytes[bytes.size() / 2] ^= 1;
  write_file(pair.one / "add_kernel.cubin", bytes);
  expect_unshared(pair, "holds something else");
  write_file(pair.one / "add_kernel.cubin", bytes + "x");
  expect_unshared(pair, "holds something else");
}

TEST(EditorShare, OtherPermissionsAreNotShared) {
  const SharePair pair;
  fs::permissions(pair.one / "add_kernel.cubin", fs::perms(0600));
  expect_unshared(pair, "has other permissions");
}

TEST(EditorShare, LinksAndOtherThingsAreNotShared) {
  const SharePair pair;
  fs::rename(pair.one / "add_kernel.cubin", pair.dir / "real");
  fs::create_symlink(pair.dir / "real", pair.one / "add_kernel.cubin");
  expect_unshared(pair, "the other one");
  fs::remove(pair.one / "add_kernel.cubin");
  ASSERT_EQ(::mkfifo((pair.one / "add_kernel.cubin").c_str(), 0600), 0);
  expect_unshared(pair, "the other one");
  fs::remove(pair.one / "add_kernel.cubin");
  expect_unshared(pair, "No such file");
}

TEST(EditorShare, GroupsAreNeverShared) {
  const SharePair pair;
  const Outcome outcome = run_one(pair.dir / "b", pair.change({"__grp__add_kernel.json"}));
  EXPECT_EQ(outcome.files, 0U);
  EXPECT_THAT(outcome.detail, testing::HasSubstr("never shared"));
}

TEST(EditorShare, WhatIsOneAlreadyStays) {
  const SharePair pair;
  run_one(pair.dir / "b", pair.change({"add_kernel.cubin"}));
  const Outcome outcome = run_one(pair.dir / "b", pair.change({"add_kernel.cubin"}));
  EXPECT_EQ(outcome.status, Status::done);
  EXPECT_EQ(outcome.files, 0U);
  EXPECT_EQ(outcome.freed, 0U);
}

TEST(EditorShare, AYoungEntryIsKept) {
  const SharePair pair;
  cache::EditorOptions options;
  options.grace_ns = std::chrono::nanoseconds(std::chrono::hours(2)).count();
  const Outcome outcome = run_one(pair.dir / "b", pair.change({"add_kernel.cubin"}), options);
  EXPECT_EQ(outcome.kept, KeptReason::young);
}

}  // namespace
}  // namespace tcm::test
