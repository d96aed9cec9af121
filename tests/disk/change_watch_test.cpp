// SPDX-License-Identifier: Apache-2.0
#include "core/disk/change_watch.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::disk {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class ChangeWatchTest : public testing::Test {
 protected:
  ChangeHint heard(milliseconds time = milliseconds(0)) {
    auto hint = watch_->wait(time, stop_);
    EXPECT_TRUE(hint);
    return hint.value_or(ChangeHint());
  }

  test::TempDir directory_;
  Result<ChangeWatch> watch_ = ChangeWatch::create();
  std::atomic<bool> stop_{false};
};

TEST_F(ChangeWatchTest, HearsOfNamesThatComeAndGo) {
  ASSERT_TRUE(watch_->add(directory_.path()));
  EXPECT_TRUE(watch_->has(directory_.path()));
  EXPECT_FALSE(heard().changed);
  fs::create_directory(directory_ / "entry");
  EXPECT_TRUE(heard(milliseconds(5000)).changed);
  EXPECT_FALSE(heard().changed) << "once";
  fs::remove(directory_ / "entry");
  EXPECT_TRUE(heard(milliseconds(5000)).changed);
}

TEST_F(ChangeWatchTest, MayHearOfOneNameAlone) {
  ASSERT_TRUE(watch_->add(directory_.path(), "cache"));
  EXPECT_FALSE(watch_->has(directory_.path())) << "that is not all of it";
  test::write_file(directory_ / "notes", "x");
  EXPECT_FALSE(heard().changed);
  fs::create_directory(directory_ / "cache");
  EXPECT_TRUE(heard().changed);
  ASSERT_TRUE(watch_->add(directory_.path()));
  fs::remove(directory_ / "notes");
  EXPECT_TRUE(heard().changed);
}

TEST_F(ChangeWatchTest, ADirectoryThatIsGoneIsWatchedNoMore) {
  for (const char* name : {"gone", "moved"}) {
    fs::create_directory(directory_ / name);
    ASSERT_TRUE(watch_->add(directory_ / name));
  }
  fs::remove(directory_ / "gone");
  fs::rename(directory_ / "moved", directory_ / "away");
  EXPECT_TRUE(heard().changed);
  heard();
  EXPECT_FALSE(watch_->has(directory_ / "gone"));
  EXPECT_FALSE(watch_->has(directory_ / "moved"));
  EXPECT_EQ(watch_->count(), 0U);
  const auto again = watch_->add(directory_ / "gone");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::missing);
}

TEST_F(ChangeWatchTest, MoreThanTheKernelHoldsIsSaid) {
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  int most = 0;
  limit >> most;
  ASSERT_TRUE(watch_->add(directory_.path()));
  fs::create_directory(directory_ / "a");
  // Each is two events: where it was, and where it is.
  for (int i = 0; i <= most / 2; ++i) fs::rename(directory_ / (i % 2 ? "b" : "a"), directory_ / (i % 2 ? "a" : "b"));
  const ChangeHint hint = heard();
  EXPECT_TRUE(hint.changed);
  EXPECT_TRUE(hint.overflowed);
  EXPECT_FALSE(heard().overflowed);
}

/// In a user namespace, whose limits are its own.
int watch_beyond_the_limit(const fs::path& directory) {
  if (::unshare(CLONE_NEWUSER) != 0) return 77;
  std::ofstream("/proc/sys/user/max_inotify_watches") << "2" << std::flush;
  auto watch = ChangeWatch::create();
  if (!watch) return 2;
  for (const char* name : {"a", "b"})
    if (!watch->add(directory / name)) return 3;
  const auto more = watch->add(directory / "c");
  if (more || more.error().code != ErrorCode::no_space) return 4;
  const std::string& message = more.error().message;
  return message.find("fs.inotify.max_user_watches (") != std::string::npos && watch->count() == 2 ? 0 : 5;
}

TEST_F(ChangeWatchTest, TheKernelsLimitOfWatchesIsNamed) {
  for (const char* name : {"a", "b", "c"}) fs::create_directory(directory_ / name);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(watch_beyond_the_limit(directory_.path()));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no user namespaces here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(ChangeWatchTest, ASignalEndsTheSleepAndNoneIsMissed) {
  static std::atomic<bool>* stop;
  stop = &stop_;
  const auto before = std::signal(SIGTERM, [](int) { stop->store(true); });
  ASSERT_EQ(::system(("(sleep 0.2; kill -TERM " + std::to_string(::getpid()) + ") &").c_str()), 0);
  EXPECT_FALSE(watch_->wait(std::nullopt, stop_)->changed);
  EXPECT_TRUE(stop_);
  EXPECT_FALSE(watch_->wait(std::nullopt, stop_)->changed) << "at once";
  std::signal(SIGTERM, before);
}

}  // namespace
}  // namespace tcm::disk
