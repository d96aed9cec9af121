// SPDX-License-Identifier: Apache-2.0
// Removing whole entries: out of the root in one step, and only what is Triton's.
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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(EditorRemove, TheWholeEntryGoes) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  const fs::path other = add_empty(dir.path(), 2);
  const std::uint64_t bytes = bytes_below(entry);
  const std::uint64_t allocated = cache::inspect(open_root(dir.path()), entry.filename()).allocated;
  const auto count = names_in(entry).size();
  const Outcome outcome = run_one(entry, Action::remove);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_TRUE(outcome.gone);
  EXPECT_EQ(outcome.files, count);
  EXPECT_EQ(outcome.bytes.total(), bytes);
  EXPECT_EQ(outcome.freed, allocated);
  EXPECT_FALSE(outcome.now);
  EXPECT_THAT(names_in(dir.path()), ElementsAre(other.filename().string()));
}

TEST(EditorRemove, IntoTheTrashAndBack) {
  const TempDir dir;
  const fs::path entry = add_kernel(dir.path());
  set_time(entry, 1'700'000'000'123'456'789);
  const auto names = names_in(entry);
  cache::EditorOptions options;
  options.trash_id = "20261123-1";
  const Outcome outcome = run_one(entry, Action::remove, options);
  EXPECT_EQ(outcome.status, Status::done) << outcome.detail;
  EXPECT_EQ(outcome.freed, 0U);
  EXPECT_EQ(outcome.files, names.size());
  EXPECT_FALSE(fs::exists(entry));

  const auto bins = cache::list_trash(open_root(dir.path()));
  ASSERT_TRUE(bins);
  ASSERT_EQ(bins->size(), 1U);
  EXPECT_EQ(bins->front().id, "20261123-1");
  EXPECT_EQ(bins->front().entries, 1);
  EXPECT_EQ(bins->front().files, names.size());

  const auto report = cache::restore_trash(dir.path().string(), "20261123-1");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->entries, 1);
  EXPECT_EQ(report->files, names.size());
  EXPECT_THAT(report->failures, IsEmpty());
  EXPECT_EQ(names_in(entry), names);
  EXPECT_EQ(read(entry).stamp.mtime_ns, 1'700'000'000'123'456'789);
  EXPECT_FALSE(fs::exists(dir / ".tcm-trash"));
}

}  // namespace
}  // namespace tcm::test
