// SPDX-License-Identifier: Apache-2.0
// Editors at the same time as each other and as writers.
#include <atomic>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
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
  int ends[2];     // the child reads here for as long as it lives
  int started[2];  // closed by the start of the other program
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::pipe2(started, O_CLOEXEC), 0);
  {
    const cache::Editor editor = open_editor(dir.path());
    child = ::fork();
    if (child == 0) {
      ::close(ends[1]);
      ::dup2(ends[0], STDIN_FILENO);
      ::execlp("sh", "sh", "-c", "read x", nullptr);
      ::_exit(static_cast<int>(::write(started[1], "x", 1)));
    }
    ::close(started[1]);
    char byte = 0;
    ASSERT_EQ(::read(started[0], &byte, 1), 0) << "sh was not started";
    ::close(started[0]);
  }
  EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), 0) << "it still runs";
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
  const fs::path temporary = entry / fmt::format("tmp.pid_{}_0b5c5d4e-5a7e-4c1d-9f00-{:012}", ::getpid(), number);
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

// A kernel of one file and the group that makes it count. Only the first step makes the entry's directory: what was
// taken away in between is not made again, so that an entry with a group has its file.
void put_kernel(const fs::path& entry, const std::string& text) {
  fs::create_directory(entry);
  for (const char* name : {"k.ttir", "__grp__k.json"}) {
    const fs::path temporary = entry / fmt::format("tmp.pid_{}_0b5c5d4e-5a7e-4c1d-9f00-000000000000", ::getpid());
    fs::create_directory(temporary);
    write_file(temporary / name, text);
    fs::rename(temporary / name, entry / name);
    fs::remove(temporary);
  }
}

TEST(EditorConcurrency, WithoutGraceNothingIsHalf) {
  const TempDir dir;
  const std::string text(20'000, 'x');
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      // A writer whose directory was taken away fails, as Triton does; here it starts over.
      try {
        put_kernel(dir / make_key(static_cast<std::uint64_t>(i % 8)), text);
        ++written;
      } catch (const std::exception&) {
      }
    }
  });
  int removed = 0;
  for (int round = 0; round < 200 || removed < 50 || written < 50; ++round) {
    cache::Editor editor = open_editor(dir.path());
    std::vector<cache::Change> changes;
    for (const std::string& key : names_in(dir.path()))
      if (key != ".tcm-trash") changes.push_back(change_of(dir / key, Action::remove));
    for (const Outcome& outcome : run(editor, changes)) {
      EXPECT_NE(outcome.status, Status::failed) << outcome.detail;
      removed += outcome.status == Status::done;
    }
  }
  stop = true;
  writer.join();
  EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
  for (const std::string& key : names_in(dir.path())) {
    const auto names = names_in(dir / key);
    EXPECT_TRUE(!names.contains("__grp__k.json") || names.contains("k.ttir")) << key << " lost a file of its kernel";
    for (const std::string& name : names) {
      if (name.starts_with("tmp.")) continue;
      EXPECT_EQ(read_file(dir / key / name), text) << key << '/' << name;
    }
  }
}

}  // namespace
}  // namespace tcm::test
