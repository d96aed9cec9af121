// SPDX-License-Identifier: Apache-2.0
// Mounts in a cache, bind mounts of the same file system included: nothing is changed through them.
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cache/edit/editing.hpp"
#include "tests/support/shimmed.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using model::Action;
using model::KeptReason;

constexpr int kCannotMount = 77;

// Runs `work` where mounts are nobody else's, with `from` mounted on `to`.
int with_mount(const fs::path& from, const fs::path& to, const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) != 0)
      ::_exit(kCannotMount);
    int code = 99;
    try {
      code = work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define SKIP_WITHOUT_MOUNTS(code) \
  if ((code) == kCannotMount) GTEST_SKIP() << "mounting needs the rights of root"

class MountTest : public testing::Test {
 protected:
  void SetUp() override {
    write_file(dir_ / "outside/precious", "keep me");
    entry_ = add_kernel(dir_ / "cache");
  }
  // 0 when each action leaves the entry alone and says why.
  int try_all() const {
    int wrong = 0;
    for (const Action action : {Action::drop, Action::remove, Action::sweep, Action::share, Action::rewrite}) {
      const Outcome outcome = run_one(entry_, action);
      const bool right = outcome.status == cache::Status::kept && outcome.kept == KeptReason::mount_point;
      if (!right) std::fprintf(stderr, "%s: %s\n", std::string(to_string(action)).c_str(), outcome.detail.c_str());
      wrong += !right;
    }
    return wrong;
  }
  TempDir dir_;
  fs::path entry_;
};

TEST_F(MountTest, AnEntryThatIsAMountIsKept) {
  const auto names = names_in(entry_);
  const int code = with_mount(dir_ / "outside", entry_, [&] { return try_all(); });
  SKIP_WITHOUT_MOUNTS(code);
  EXPECT_EQ(code, 0);
  EXPECT_EQ(names_in(entry_), names);
  EXPECT_EQ(read_file(dir_ / "outside/precious"), "keep me");
}

TEST_F(MountTest, AMountDeepInATemporaryIsFoundBeforeAnythingIsMoved) {
  const fs::path deep = entry_ / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/a/b";
  fs::create_directories(deep);
  set_tree_age(entry_, std::chrono::hours(1));
  const int code = with_mount(dir_ / "outside", deep, [&] { return try_all(); });
  SKIP_WITHOUT_MOUNTS(code);
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(fs::exists(entry_ / "add_kernel.ttir"));
  EXPECT_EQ(read_file(dir_ / "outside/precious"), "keep me");
}

TEST_F(MountTest, AFileThatIsAMountIsKept) {
  const auto names = names_in(entry_);
  const int code = with_mount(dir_ / "outside/precious", entry_ / "add_kernel.ttir", [&] {
    int wrong = 0;
    for (const Action action : {Action::drop, Action::remove}) {
      const Outcome outcome = run_one(entry_, action);
      wrong += outcome.status != cache::Status::kept || outcome.kept != KeptReason::mount_point;
    }
    return wrong + (read_file(entry_ / "add_kernel.ttir") != "keep me");
  });
  SKIP_WITHOUT_MOUNTS(code);
  EXPECT_EQ(code, 0);
  EXPECT_EQ(names_in(entry_), names);
}

TEST_F(MountTest, WithoutOpenat2MountsAreFoundAllTheSame) {
  const auto names = names_in(entry_);
  const int code = with_mount(dir_ / "outside", entry_, [&] {
    const ShimmedRun run =
        run_shimmed(TCM_EDITOR_DRIVER, {"remove", (dir_ / "cache").string()}, {{"TCM_TEST_FAULT", "openat2:*:ENOSYS"}});
    if (run.output != "another file system is mounted there\n") std::fprintf(stderr, "%s\n", run.output.c_str());
    return run.output == "another file system is mounted there\n" ? 0 : 1;
  });
  SKIP_WITHOUT_MOUNTS(code);
  EXPECT_EQ(code, 0);
  EXPECT_EQ(names_in(entry_), names);
  EXPECT_EQ(read_file(dir_ / "outside/precious"), "keep me");
}

TEST_F(MountTest, AMountedTrashIsRefused) {
  fs::create_directory(dir_ / "cache/.tcm-trash");
  const int code = with_mount(dir_ / "outside", dir_ / "cache/.tcm-trash", [&] {
    const auto editor = cache::Editor::open((dir_ / "cache").string(), {});
    return editor                                                                                     ? 1
           : editor.error().message.find("another file system is mounted there") == std::string::npos ? 2
                                                                                                      : 0;
  });
  SKIP_WITHOUT_MOUNTS(code);
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace tcm::test
