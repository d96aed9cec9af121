// SPDX-License-Identifier: Apache-2.0
// Editors beside each other and beside writers.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cache/trash/trash.hpp"
#include "tests/cache/edit/editing.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using cache::Status;
using model::Action;
using model::KeptReason;

TEST(EditorLock, TheSecondEditorIsToldToComeBack) {
  const TempDir dir;
  add_kernel(dir.path());
  {
    const cache::Editor first = open_editor(dir.path());
    const auto second = cache::Editor::open(dir.path().string(), {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::busy);
    EXPECT_EQ(second.error().message,
              dir.path().string() + ": another tcm is changing this cache; try again when it is done");
    EXPECT_EQ(cache::restore_trash(dir.path().string(), "20261123-1").error().code, ErrorCode::busy);
    EXPECT_EQ(cache::empty_trash(dir.path().string(), "20261123-1").error().code, ErrorCode::busy);
  }
  EXPECT_TRUE(cache::Editor::open(dir.path().string(), {}));
}

TEST(EditorLock, AProcessThatWasStartedMeanwhileDoesNotKeepIt) {
  const TempDir dir;
  pid_t child = 0;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    const cache::Editor editor = open_editor(dir.path());
    child = ::fork();
    if (child == 0) {
      ::close(ends[1]);
      char byte = 0;
      ::execlp("sh", "sh", "-c", "read x", nullptr);
      ::_exit(static_cast<int>(::read(ends[0], &byte, 1)));
    }
    ::usleep(100'000);
  }
  EXPECT_TRUE(cache::Editor::open(dir.path().string(), {}));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(EditorRun, StopsBetweenChanges) {
  const TempDir dir;
  add_kernels(dir.path(), 4);
  for (const Action action : {Action::drop, Action::remove}) {
    std::vector<cache::Change> changes;
    for (const std::string& key : names_in(dir.path())) changes.push_back(change_of(dir / key, action));
    cache::Editor editor = open_editor(dir.path());
    std::size_t told = 0;
    std::size_t asked = 0;  // by both steps
    editor.run(
        changes, [&](std::size_t, Outcome&&) { ++told; }, [&] { return ++asked > changes.size() + 2; });
    EXPECT_EQ(told, 2U);
  }
  EXPECT_EQ(names_in(dir.path()).size(), 2U);
}

TEST(EditorRun, MixedChangesAreToldInOrder) {
  const TempDir dir;
  std::vector<cache::Change> changes;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    KernelSpec spec;
    spec.seed = seed;
    changes.push_back(change_of(add_kernel(dir.path(), spec), seed % 3 == 0 ? Action::remove : Action::drop));
  }
  changes[4].stamp.ctime_ns += 1;
  cache::Editor editor = open_editor(dir.path());
  const auto outcomes = run(editor, changes);
  ASSERT_EQ(outcomes.size(), 12U);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].status, i == 4 ? Status::kept : Status::done) << outcomes[i].detail;
    EXPECT_EQ(outcomes[i].gone, i % 3 == 2);
  }
}

TEST(EditorRun, TheSameEntryTwiceIsChangedTheSecondTime) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  cache::Editor editor = open_editor(dir.path());
  const auto outcomes = run(editor, {change_of(entry, Action::drop), change_of(entry, Action::drop)});
  EXPECT_EQ(outcomes[0].status, Status::done);
  EXPECT_EQ(outcomes[1].kept, KeptReason::changed);
}

// As Triton's FileCacheManager.put: into a directory of its own, then renamed.
void put(const fs::path& entry, const std::string& name, const std::string& text, int number) {
  const fs::path temporary = entry / ("tmp.pid_" + std::to_string(::getpid()) + "_" + std::to_string(number));
  fs::create_directories(temporary);
  write_file(temporary / name, text);
  fs::rename(temporary / name, entry / name);
  fs::remove(temporary);
}

TEST(EditorConcurrency, WritersLoseNothingYoung) {
  const TempDir dir;
  add_kernels(dir.path(), 4, 1000);
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  // Compiles new kernels, and replaces files of old ones, which makes those young.
  std::thread writer([&] {
    for (int i = 0; !stop && i < 400; ++i) {
      const fs::path entry = dir / make_key(static_cast<std::uint64_t>(i));
      for (const char* name : {"k.ttir", "k.cubin", "k.json", "__grp__k.json"}) put(entry, name, "{}", i);
      ++written;
    }
  });
  cache::EditorOptions options;
  options.grace_ns = 600'000'000'000;
  for (int round = 0; round < 20 || written < 50; ++round) {
    cache::Editor editor = open_editor(dir.path(), options);
    std::vector<cache::Change> changes;
    for (const std::string& key : names_in(dir.path()))
      if (key != ".tcm-trash") changes.push_back(change_of(dir / key, round % 2 == 0 ? Action::remove : Action::drop));
    run(editor, changes);
  }
  stop = true;
  writer.join();
  for (int i = 0; i < written; ++i) EXPECT_EQ(names_in(dir / make_key(static_cast<std::uint64_t>(i))).size(), 4U) << i;
  EXPECT_EQ(names_in(dir.path()).size(), static_cast<std::size_t>(written)) << "the old ones went";
}

TEST(EditorConcurrency, WithoutGraceNothingIsHalf) {
  const TempDir dir;
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      // A writer whose directory was taken away fails, as Triton does; here it starts over.
      try {
        put(dir / make_key(static_cast<std::uint64_t>(i % 8)), "k.ttir", "{}", i);
      } catch (const std::exception&) {
      }
    }
  });
  for (int round = 0; round < 200; ++round) {
    cache::Editor editor = open_editor(dir.path());
    std::vector<cache::Change> changes;
    for (const std::string& key : names_in(dir.path()))
      if (key != ".tcm-trash") changes.push_back(change_of(dir / key, Action::remove));
    for (const Outcome& outcome : run(editor, changes)) EXPECT_NE(outcome.status, Status::failed) << outcome.detail;
  }
  stop = true;
  writer.join();
  EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
}

}  // namespace
}  // namespace tcm::test
