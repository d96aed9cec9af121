// SPDX-License-Identifier: Apache-2.0
// Sweeping what dead writers left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/cache/editing.hpp"

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
  write_file(entry / "tmp.pid_999999999_aaaa/add_kernel.ttir", "half of");
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

}  // namespace
}  // namespace tcm::test
