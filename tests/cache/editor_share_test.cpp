// SPDX-License-Identifier: Apache-2.0
// Making equal files one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/cache/editing.hpp"

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

}  // namespace
}  // namespace tcm::test
