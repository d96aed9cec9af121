// SPDX-License-Identifier: Apache-2.0
// Hits and first-seen times are what no disk tells again: they outlast whatever happens to a cache.
#include <filesystem>

#include <gmock/gmock.h>

#include "core/service/change/trash.hpp"
#include "tests/service/plan/prune_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kLongAgo = 1'600'000'000'000'000'000;

class AbsentRoots : public PruneTest {
 protected:
  AbsentRoots() {
    add_kernel(cache(), {.seed = 1, .name = "m_kernel"});
    add_kernel(cache(), {.seed = 2});
    index_all();
    count_hits();
  }

  std::vector<index::RootRow> roots() { return std::move(*index_.roots()); }
  fs::path away() const { return directory_ / "away"; }

  void count_hits() {
    std::vector<index::EntryHistory> history;
    for (const std::uint64_t seed : {1U, 2U}) history.push_back({make_key(seed), 7, kLongAgo, kLongAgo});
    ASSERT_EQ(*index_.merge_history({roots().at(0).id}, history), 2);
  }

  /// What the index has counted of the two kernels is still there, once.
  void expect_hits(const std::vector<index::Row>& rows) {
    EXPECT_THAT(rows, SizeIs(2));
    for (const index::Row& row : rows) {
      EXPECT_EQ(row.hits, 7);
      EXPECT_EQ(row.last_hit_ns, kLongAgo);
      EXPECT_EQ(row.first_seen_ns, kLongAgo);
    }
  }

  service::Stats stats() { return std::move(*service::stats({}, index_, backends_, util::now_ns())); }
};

TEST_F(AbsentRoots, ADirectoryThatIsAwayKeepsItsHitsAndIsLeftOut) {
  fs::rename(cache(), away());
  for (int run = 0; run < 2; ++run) {
    const service::IndexReport report = index_all();
    ASSERT_THAT(report.roots, SizeIs(1));
    EXPECT_TRUE(report.roots[0].absent);
    EXPECT_EQ(report.roots[0].entries, 2);
    EXPECT_EQ(report.roots[0].gone, 0);
    EXPECT_EQ(report.now, 0);
    EXPECT_FALSE(report.partial());
  }
  EXPECT_THAT(list({}), IsEmpty());
  EXPECT_THAT(stats().absent, SizeIs(1));
  EXPECT_EQ(stats().total.kernels, 0);
  service::FilterWords named;
  named.cache_dirs = {cache().string()};
  expect_hits(list(named));
  fs::rename(away(), cache());
  const service::IndexReport back = index_all();
  EXPECT_EQ(back.roots.at(0).unchanged, 2);
  EXPECT_EQ(back.now, 2);
  expect_hits(list({}));
  EXPECT_THAT(stats().absent, IsEmpty());
}

TEST_F(AbsentRoots, AnEmptyMountPointIsNoEmptyCache) {
  fs::rename(cache(), away());
  fs::create_directory(cache());
  service::IndexRequest request;
  request.forget_after_ns = 0;
  EXPECT_TRUE(index_all(request).roots.at(0).absent);
  EXPECT_TRUE(index_all(request).roots.at(0).absent) << "that it takes long is no reason";
  fs::remove(cache());
  fs::rename(away(), cache());
  EXPECT_EQ(index_all().roots.at(0).unchanged, 2);
  expect_hits(list({}));
}

TEST_F(AbsentRoots, ACacheThatWasEmptiedIsEmpty) {
  for (const std::uint64_t seed : {1U, 2U}) fs::remove_all(cache() / make_key(seed));
  const service::IndexReport report = index_all();
  EXPECT_FALSE(report.roots.at(0).absent);
  EXPECT_EQ(report.roots.at(0).gone, 2);
}

TEST_F(AbsentRoots, APruneOfACacheThatIsAwayFailsAndLosesNothing) {
  fs::rename(cache(), away());
  const auto refused = try_plan(request(PruneMode::leftovers));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::missing);
  EXPECT_THAT(refused.error().message, HasSubstr("not here"));
  fs::rename(away(), cache());
  index_all();
  expect_hits(list({}));
}

TEST_F(AbsentRoots, WhatComesBackFromTheTrashHasItsHits) {
  PruneRequest wanted = request(PruneMode::full);
  wanted.trash = true;
  prune(wanted);
  EXPECT_THAT(list({}), IsEmpty());
  ASSERT_TRUE(service::restore_trash({{cache().string()}, {}}, "last", 1, index_, backends_));
  expect_hits(list({}));
}

TEST_F(AbsentRoots, ACacheThatWasMovedTakesItsHitsAlong) {
  fs::rename(cache(), away());
  service::IndexRequest request;
  request.cache_dirs = {away().string()};
  const service::IndexReport report = index_all(request);
  EXPECT_EQ(report.roots.at(0).unchanged, 2);
  ASSERT_THAT(roots(), SizeIs(1));
  EXPECT_EQ(roots()[0].location.path, away().string());
  expect_hits(list({}));
}

TEST_F(AbsentRoots, ACacheThatWasMovedWithALinkLeftBehindCountsOnce) {
  fs::copy(cache(), away(), fs::copy_options::recursive);
  fs::remove_all(cache());
  fs::create_directory_symlink(away(), cache());
  EXPECT_EQ(index_all().now, 2);
  EXPECT_EQ(index_all().now, 2);
  ASSERT_THAT(roots(), SizeIs(1));
  expect_hits(list({}));
}

TEST_F(AbsentRoots, ACacheWithAFileInItsPlaceIsAbsent) {
  fs::rename(cache(), away());
  write_file(cache(), "x");
  service::IndexProgress progress;
  service::IndexRequest request;
  request.cache_dirs = {cache().string()};
  const auto report = service::index_caches(request, index_, backends_, progress);
  ASSERT_TRUE(report);
  ASSERT_THAT(report->roots, SizeIs(1));
  EXPECT_TRUE(report->roots.front().absent);
  fs::remove(cache());
  fs::rename(away(), cache());
  index_all();
  expect_hits(list({}));
}

TEST_F(AbsentRoots, AKernelThatJoinsAnEntryInheritsNoHits) {
  const fs::path other = add_kernel(directory_ / "other", {.seed = 9, .name = "a_kernel"});
  for (const auto& file : fs::directory_iterator(other)) fs::copy(file.path(), cache() / make_key(1));
  index_all();
  std::map<std::string, std::optional<std::int64_t>> hits;
  for (const index::Row& row : list({}))
    if (row.key == make_key(1)) hits[row.name] = row.hits;
  ASSERT_THAT(hits, SizeIs(2));
  EXPECT_EQ(hits.at("a_kernel"), std::nullopt);
  EXPECT_EQ(hits.at("m_kernel"), 7);
}

TEST_F(AbsentRoots, IsForgottenOnRequest) {
  fs::rename(cache(), away());
  index_all();
  const auto forgotten = service::forget_caches({cache().string()}, index_);
  ASSERT_TRUE(forgotten);
  EXPECT_EQ(forgotten->roots, 1);
  EXPECT_EQ(forgotten->entries, 2);
  EXPECT_THAT(roots(), IsEmpty());
  EXPECT_THAT(*index_.cache_dirs(), IsEmpty());
  EXPECT_EQ(service::forget_caches({cache().string()}, index_).error().code, ErrorCode::missing);
}

TEST_F(AbsentRoots, IsForgottenWhenItWasAwayForTooLong) {
  fs::rename(cache(), away());
  service::IndexRequest request;
  request.forget_after_ns = 0;
  EXPECT_TRUE(index_all(request).roots.at(0).absent) << "today is the first day";
  EXPECT_EQ(index_all(request).roots.at(0).gone, 2);
  EXPECT_THAT(roots(), IsEmpty());
}

TEST_F(AbsentRoots, IsNotForgottenBelowAnEmptyMountPoint) {
  const fs::path mount = directory_ / "mount";
  add_kernels(mount / "cache", 2);
  service::IndexRequest request;
  request.cache_dirs = {(mount / "cache").string()};
  request.forget_after_ns = 0;
  index_all(request);
  fs::rename(mount / "cache", away());
  for (int run = 0; run < 3; ++run) EXPECT_TRUE(index_all(request).roots.at(0).absent) << run;
}

TEST_F(AbsentRoots, FilesBesideTheEntriesCountOnceAndOnlyWhereTheyAre) {
  const fs::path outer = directory_ / "x";
  const fs::path inner = make_inductor(outer / "ind", 1);
  write_file(inner / "graph.py", "12345");
  std::optional<std::uint64_t> files;
  for (const fs::path& dir : {inner, outer, inner}) {
    service::IndexRequest request;
    request.cache_dirs = {dir.string()};
    index_all(request);
    if (!files) files = stats().other_files.files;
    EXPECT_GT(*files, 0U);
    EXPECT_EQ(stats().other_files.files, *files) << dir;
  }
  fs::remove_all(outer);
  for (const fs::path& dir : {inner, outer}) {
    service::IndexRequest request;
    request.cache_dirs = {dir.string()};
    index_all(request);
  }
  EXPECT_EQ(stats().other_files.files, 0U);
}

// FNV-1a has no key, so names with one hash can be made.
TEST_F(AbsentRoots, KeysWithOneHashAreTwoEntries) {
  const std::string rest = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg";
  const fs::path root = directory_ / "made";
  for (const char* start : {"7mohtcOFVz", "c1E51sSEyx"}) add_kernel(root, {.key = start + rest});
  service::IndexRequest request;
  request.cache_dirs = {root.string()};
  EXPECT_EQ(index_all(request).roots.at(0).added, 2);
  for (int run = 0; run < 3; ++run) {
    const service::IndexReport report = index_all(request);
    EXPECT_EQ(report.roots.at(0).added, 0);
    EXPECT_EQ(report.roots.at(0).gone, 0);
  }
  fs::remove_all(root / ("7mohtcOFVz" + rest));
  EXPECT_EQ(index_all(request).roots.at(0).gone, 1);
  service::FilterWords words;
  words.cache_dirs = {root.string()};
  EXPECT_THAT(keys(words), testing::ElementsAre("c1E51sSEyx" + rest));
}

}  // namespace
}  // namespace tcm::test
