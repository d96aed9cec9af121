// SPDX-License-Identifier: Apache-2.0
// A cache that several users of one machine share.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util/text/time.hpp"
#include "tests/cli/cli_fixture.hpp"
#include "tests/support/other_user.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SharedCache : public CliTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs the rights of root to act as two users";
    for (const fs::path& path : {home_.path(), shared(), home_ / "data"}) {
      fs::create_directories(path);
      fs::permissions(path, fs::perms::all);
    }
    environment_["TCM_DATA_DIR"] = (home_ / "data").string();
  }

  fs::path shared() const { return home_ / "shared"; }

  fs::path add(std::uint32_t seed, uid_t user) {
    const fs::path entry = add_kernel(shared(), {.seed = seed});
    EXPECT_EQ(::chown(entry.c_str(), user, user), 0);
    for (const auto& file : fs::directory_iterator(entry)) EXPECT_EQ(::chown(file.path().c_str(), user, user), 0);
    return entry;
  }

  /// The exit code, what was printed and what was complained about, of a run by a user without rights.
  std::string tcm_of_nobody(std::vector<std::string> arguments) {
    return as_ordinary_user([&] {
      give_up_root();
      const ProgramResult result = tcm(arguments);
      return std::to_string(result.exit_code) + "\n" + result.out + result.err;
    });
  }

  static constexpr uid_t kRoot = 0;
  static constexpr uid_t kNobody = 65534;
};

TEST_F(SharedCache, EntriesOfOthersAreKeptAndCountedOnceInsteadOfFailing) {
  const fs::path theirs = add(1, kRoot);
  const fs::path own = add(2, kNobody);
  const std::uint64_t before = bytes_below(theirs);
  for (const std::vector<std::string>& how : {std::vector<std::string>{}, {"--full", "--all"}}) {
    std::vector<std::string> arguments{"prune", "-y", "--grace", "0s", "--cache-dir", shared().string()};
    arguments.insert(arguments.end(), how.begin(), how.end());
    EXPECT_THAT(tcm_of_nobody(arguments), AllOf(StartsWith("0\n"), HasSubstr("1 owned by other users"),
                                                HasSubstr("1 kernel: "), Not(HasSubstr("error"))));
    EXPECT_EQ(bytes_below(theirs), before);
  }
  EXPECT_FALSE(fs::exists(own));
}

TEST_F(SharedCache, WhatOthersOpenedMayBeRemovedButNotRewritten) {
  const fs::path theirs = add(1, kRoot);
  fs::permissions(theirs, fs::perms::all);
  EXPECT_THAT(tcm_of_nobody({"prune", "-y", "--grace", "0s", "--cache-dir", shared().string()}),
              AllOf(StartsWith("0\n"), HasSubstr("1 owned by other users")));
  fs::permissions(shared(), fs::perms::all | fs::perms::sticky_bit);
  const std::vector<std::string> full{"prune",  "-y",    "--grace",     "0s",
                                      "--full", "--all", "--cache-dir", shared().string()};
  EXPECT_THAT(tcm_of_nobody(full), AllOf(StartsWith("0\n"), HasSubstr("1 owned by other users"))) << "as in /tmp";
  EXPECT_TRUE(fs::exists(theirs));
  fs::permissions(shared(), fs::perms::all);
  EXPECT_THAT(tcm_of_nobody(full), AllOf(StartsWith("0\n"), HasSubstr("Removed 1 kernel")));
  EXPECT_FALSE(fs::exists(theirs));
}

TEST_F(SharedCache, ARootThatIsNotOursToChangeIsSaidOnceAndTheRestGoesOn) {
  const fs::path own = add(1, kNobody);
  const fs::path closed = home_ / "closed";
  add_kernels(closed, 3);
  const std::string said = closed.string() + ": cannot be changed: Permission denied\n";
  EXPECT_EQ(tcm_of_nobody({"prune", "-y", "--grace", "0s", "--cache-dir", closed.string()}), "1\ntcm: error: " + said);
  EXPECT_THAT(
      tcm_of_nobody({"prune", "-y", "--grace", "0s", "--cache-dir", closed.string(), "--cache-dir", shared().string()}),
      AllOf(StartsWith("3\n"), HasSubstr("Dropped ir, source of 1 kernel"), HasSubstr(said)));
  EXPECT_FALSE(fs::exists(own / "add_kernel.ttir"));
}

TEST_F(SharedCache, APlanNeedsNoRights) {
  const fs::path closed = home_ / "closed";
  add_kernels(closed, 3);
  for (const auto& entry : fs::directory_iterator(closed)) {
    ASSERT_EQ(::chown(entry.path().c_str(), kNobody, kNobody), 0);
    for (const auto& file : fs::directory_iterator(entry)) ASSERT_EQ(::chown(file.path().c_str(), kNobody, kNobody), 0);
  }
  ASSERT_EQ(tcm({"index", "--cache-dir", closed.string()}).exit_code, 0);
  fs::permissions(home_ / "data", fs::perms(0755));
  const std::string before = read_file(home_ / "data/tcm.db");
  EXPECT_THAT(tcm_of_nobody({"prune", "--dry-run", "--grace", "0s", "--cache-dir", closed.string()}),
              AllOf(StartsWith("3\n"), HasSubstr("Would drop ir, source of 3 kernels"),
                    HasSubstr("cannot be written; the index of this run is held in memory"),
                    HasSubstr(closed.string() + ": cannot be changed: Permission denied")));
  EXPECT_EQ(read_file(home_ / "data/tcm.db"), before);
}

TEST_F(SharedCache, AnothersBinIsShownAndLeftAlone) {
  add(1, kRoot);
  ASSERT_EQ(tcm({"rm", "-y", "--trash", "--grace", "0s", "--cache-dir", shared().string(), "--db",
                 (home_ / "root.db").string(), make_key(1)})
                .exit_code,
            0);
  const fs::path own = add(2, kNobody);
  EXPECT_THAT(tcm_of_nobody({"rm", "-y", "--trash", "--grace", "0s", "--cache-dir", shared().string(), make_key(2)}),
              StartsWith("0\n"));
  EXPECT_FALSE(fs::exists(own));
  EXPECT_THAT(tcm_of_nobody({"trash", "list", "--cache-dir", shared().string()}),
              AllOf(HasSubstr("USER"), HasSubstr("root"), HasSubstr("nobody")));
  EXPECT_THAT(tcm_of_nobody({"trash", "restore", "last", "--cache-dir", shared().string()}),
              AllOf(StartsWith("0\n"), HasSubstr("Restored 1 entry")));
  EXPECT_TRUE(fs::exists(own));
  EXPECT_THAT(tcm_of_nobody({"trash", "empty", "-y", "--cache-dir", shared().string()}),
              AllOf(StartsWith("0\n"), HasSubstr("Removed 0 entries"), HasSubstr("Bins of other users are kept")));
  EXPECT_THAT(
      tcm({"trash", "restore", "last", "--cache-dir", shared().string(), "--db", (home_ / "root.db").string()}).out,
      HasSubstr("Restored 1 entry"));
}

// As on a machine whose caches one user watches over: reading changes access times there, as the kernel lets only a
// file's owner leave them alone.
class ReadByAnother : public SharedCache {
 protected:
  void SetUp() override {
    SharedCache::SetUp();
    if (IsSkipped()) return;
    theirs_ = add(1, kRoot);
    for (const auto& file : fs::directory_iterator(theirs_)) set_access(file.path(), 40 * util::kDay);
    set_age(theirs_, std::chrono::hours(24 * 50));
    fs::permissions(theirs_, fs::perms::all);
  }

  static void set_access(const fs::path& file, std::int64_t ago) {
    const std::int64_t now = util::now_ns();
    const timespec times[2] = {{(now - ago) / util::kSecond, 0}, {(now - 50 * util::kDay) / util::kSecond, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  }

  fs::path group() const { return theirs_ / "__grp__add_kernel.json"; }
  fs::path binary() const { return theirs_ / "add_kernel.cubin"; }

  static bool was_read_now(const fs::path& file) {
    struct ::stat node {};
    EXPECT_EQ(::stat(file.c_str(), &node), 0);
    return node.st_atime > util::now_ns() / util::kSecond - 3600;
  }

  /// What of the cache a plan finds unused for 30 days.
  std::string unused(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"prune",   "--dry-run", "--full",      "--unused-for",   "30d",
                                       "--grace", "0s",        "--cache-dir", shared().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return tcm_of_nobody(arguments);
  }

  fs::path theirs_;
};

TEST_F(ReadByAnother, IndexingIsNoUse) {
  const std::vector<std::string> index{"index", "--cache-dir", shared().string()};
  ASSERT_THAT(tcm_of_nobody(index), StartsWith("0\n"));
  if (!was_read_now(group())) GTEST_SKIP() << "this file system keeps no access times";
  EXPECT_TRUE(was_read_now(binary()));
  EXPECT_THAT(unused(), AllOf(HasSubstr("Would remove 1 kernel"), HasSubstr("last used 40d ago")));

  const std::string other = (home_ / "data/other.db").string();
  EXPECT_THAT(unused({"--db", other}), HasSubstr("Nothing to do")) << "which another index cannot know";
}

TEST_F(ReadByAnother, AUseAfterwardsCounts) {
  ASSERT_THAT(tcm_of_nobody({"index", "--cache-dir", shared().string()}), StartsWith("0\n"));
  if (!was_read_now(group())) GTEST_SKIP() << "this file system keeps no access times";
  ASSERT_THAT(tcm_of_nobody({"index", "--full-rescan", "--cache-dir", shared().string()}), StartsWith("0\n"));
  EXPECT_THAT(unused(), HasSubstr("last used 40d ago")) << "read twice";
  const timespec used[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  ASSERT_EQ(::utimensat(AT_FDCWD, binary().c_str(), used, 0), 0);
  EXPECT_THAT(unused(), HasSubstr("Nothing to do"));
}

TEST_F(ReadByAnother, APlanThatReadsTheCacheFirstSeesItAsItWas) {
  EXPECT_THAT(unused(), AllOf(HasSubstr("Would remove 1 kernel"), HasSubstr("last used 40d ago")));
}

TEST_F(ReadByAnother, TheOwnersReadingLeavesNoTrace) {
  ASSERT_EQ(tcm({"index", "--cache-dir", shared().string()}).exit_code, 0);
  EXPECT_FALSE(was_read_now(group()));
  EXPECT_FALSE(was_read_now(binary()));
}

}  // namespace
}  // namespace tcm::test
