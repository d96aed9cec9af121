// SPDX-License-Identifier: Apache-2.0
// Sweeping what dead writers left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/cache/edit/editing.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using cache::Outcome;
using cache::Status;
using model::Action;
using model::KeptReason;

TEST(EditorSweep, TheKernelStaysAsItIs) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const auto names = names_in(entry);
  write_file(entry / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a11/add_kernel.ttir", "half of");
  set_tree_age(entry, std::chrono::hours(2));
  const std::int64_t mtime = read(entry).stamp.mtime_ns;
  const Outcome outcome = run_one(entry, Action::sweep);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.files, 1U);
  EXPECT_EQ(outcome.bytes.total(), 7U);
  EXPECT_FALSE(outcome.gone);
  EXPECT_EQ(names_in(entry), names);
  EXPECT_EQ(read(entry).stamp.mtime_ns, mtime);
  ASSERT_TRUE(outcome.now);
  EXPECT_EQ(outcome.now->records.at(0).artifacts.size(), names.size());
}

TEST(EditorSweep, AnEntryOfNothingElseGoes) {
  const TempDir dir;
  const fs::path entry = add_leftover(dir.path(), 1);
  const Outcome outcome = run_one(entry, Action::sweep);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_TRUE(outcome.gone);
  EXPECT_FALSE(outcome.now);
  EXPECT_TRUE(names_in(dir.path()).empty());
}

TEST(EditorSweep, TemporariesOfEveryReleaseGo) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const auto names = names_in(entry);
  for (const char* name : {"add_kernel.ttir.tmp.pid_999999999_123",
                           "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12/k.ttir", "tmp.1a2b3c4d/k.ttir"})
    write_file(entry / name, "12345");
  fs::create_directory(entry / "tmp.pid_999999999_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a13");
  set_tree_age(entry, std::chrono::hours(1));
  const Outcome outcome = run_one(entry, Action::sweep);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.files, 3U);
  EXPECT_EQ(outcome.bytes.total(), 15U);
  EXPECT_EQ(names_in(entry), names);
  EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
}

TEST(EditorSweep, ATemporaryOfTriton20GoesInItsEntriesOnly) {
  const TempDir dir;
  const fs::path old = add_triton20_kernel(dir.path(), 1);
  const fs::path later = add_kernel(dir.path(), {.seed = 2});
  for (const fs::path& entry : {old, later}) {
    write_file(entry / "add_kernel.ttir.tmp", "half of");
    write_file(entry / "notes.tmp", "a user's");
    set_tree_age(entry, std::chrono::hours(1));
  }
  EXPECT_EQ(run_one(old, Action::sweep).files, 1U);
  EXPECT_EQ(run_one(later, Action::sweep).files, 0U);
  EXPECT_FALSE(fs::exists(old / "add_kernel.ttir.tmp"));
  EXPECT_TRUE(fs::exists(old / "notes.tmp"));
  EXPECT_TRUE(fs::exists(later / "add_kernel.ttir.tmp"));
}

TEST(EditorSweep, ATemporaryThatHoldsAUsersFileStaysAndIsNamed) {
  for (const char* name : {"thesis.tex", "results.json", "below/k.ttir", "below"}) {
    const TempDir dir;
    const fs::path entry = add_kernel(dir.path());
    write_file(entry / "tmp.0000000a/add_kernel.ttir", "half of");
    if (std::string_view(name) == "below")
      fs::create_directory(entry / "tmp.0000000a/below");
    else
      write_file(entry / "tmp.0000000a" / name, "a user's");
    write_file(entry / "tmp.0000000b/add_kernel.json", "half of");
    set_tree_age(entry, std::chrono::hours(1));
    const Outcome outcome = run_one(entry, Action::sweep);
    EXPECT_EQ(outcome.files, 1U) << "the other one goes";
    EXPECT_FALSE(fs::exists(entry / "tmp.0000000b"));
    EXPECT_TRUE(fs::exists(entry / "tmp.0000000a/add_kernel.ttir"));
    EXPECT_TRUE(fs::exists(entry / "tmp.0000000a" / name));
    const Outcome again = run_one(entry, Action::sweep);
    EXPECT_EQ(again.kept, KeptReason::foreign_file);
    EXPECT_NE(again.detail.find("tmp.0000000a/below") == std::string::npos &&
                  again.detail != std::string("tmp.0000000a/") + name,
              true)
        << again.detail;
  }
}

TEST(EditorSweep, LiveAndYoungOnesStay) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const std::string live = "tmp.pid_" + std::to_string(::getpid()) + "_0b5c5d4e-5a7e-4c1d-9f00-0d6a5f6e7a12";
  write_file(entry / live / "k.ttir", "1");
  write_file(entry / "tmp.0000000a/k.ttir", "2");
  write_file(entry / "tmp.0000000b/k.ttir", "3");
  set_tree_age(entry / "tmp.0000000b", std::chrono::hours(1));
  cache::EditorOptions options;
  options.grace_ns = 600'000'000'000;
  const Outcome outcome = run_one(entry, Action::sweep, options);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.files, 1U);
  EXPECT_TRUE(fs::exists(entry / live));
  EXPECT_TRUE(fs::exists(entry / "tmp.0000000a"));
  EXPECT_FALSE(fs::exists(entry / "tmp.0000000b"));
  EXPECT_EQ(run_one(entry, Action::sweep, options).kept, KeptReason::young);
  fs::remove_all(entry / "tmp.0000000a");
  EXPECT_EQ(run_one(entry, Action::sweep, options).kept, KeptReason::in_use);
}

TEST(EditorSweep, AnEmptyEntryGoesOnceItIsOld) {
  const TempDir dir;
  const fs::path entry = add_empty(dir.path(), 1);
  cache::EditorOptions options;
  options.grace_ns = std::chrono::nanoseconds(std::chrono::hours(2)).count();
  EXPECT_EQ(run_one(entry, Action::sweep, options).files, 0U);
  EXPECT_TRUE(fs::exists(entry));
  EXPECT_TRUE(run_one(entry, Action::sweep).gone);
  EXPECT_FALSE(fs::exists(entry));
}

TEST(EditorSweep, WhatIsNotAWritersStays) {
  const TempDir dir;
  const fs::path entry = add_entry(dir.path(), make_key(1), {{"tmp.0000000b/k.ttir", "1"}, {"notes.txt", "mine"}});
  const Outcome outcome = run_one(entry, Action::sweep);
  EXPECT_EQ(outcome.status, Status::done);
  EXPECT_FALSE(outcome.gone);
  EXPECT_EQ(names_in(entry), std::set<std::string>{"notes.txt"});
  fs::create_directory(dir / "mine");
  EXPECT_FALSE(run_one(dir / "mine", Action::sweep).gone);
  EXPECT_TRUE(fs::exists(dir / "mine"));
}

}  // namespace
}  // namespace tcm::test
