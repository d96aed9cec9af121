// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "core/index/write/root_writer.hpp"
#include "core/util/hash.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RootTest : public IndexTest {};

// One directory has one identity.
TEST_F(RootTest, OnePathIsOneRoot) {
  Index index = open();
  const RootRow first = value(index.ensure_root({"/c/r", "/c", model::Layout::triton}));
  const RootRow again = value(index.ensure_root({"/c/r", "/c", model::Layout::triton}));
  EXPECT_EQ(first.id, again.id);
  EXPECT_EQ(first.first_seen_ns, again.first_seen_ns);
  EXPECT_GT(first.first_seen_ns, 0);
  EXPECT_EQ(first.indexed_ns, 0);
  EXPECT_THAT(value(index.roots()), ::testing::SizeIs(1));
}

TEST_F(RootTest, LayoutAndCacheDirectoryAreBroughtUpToDate) {
  Index index = open();
  const RootRow first = value(index.ensure_root({"/c/r", "/c", model::Layout::triton}));
  const RootRow moved = value(index.ensure_root({"/c/r", "/c/r", model::Layout::vllm}));
  EXPECT_EQ(first.id, moved.id);
  EXPECT_EQ(first.first_seen_ns, moved.first_seen_ns);
  EXPECT_EQ(moved.location.cache_dir, "/c/r");
  EXPECT_EQ(moved.location.layout, model::Layout::vllm);
}

TEST_F(RootTest, PathsAreAnyBytes) {
  const std::string odd = "/c/it's \"odd\" _%\n\xff\xfe; DROP TABLE root";
  Index index = open();
  write(index, odd, {entry("K", "n")});
  EXPECT_EQ(value(index.roots()).front().location.path, odd);
  EXPECT_EQ(rows(index).front().root, odd);
}

TEST_F(RootTest, FinishStoresSumsTimeAndLooseFiles) {
  Index index = open();
  const RootRow root = value(index.ensure_root(location("/r")));
  auto writer = value(index.write_root(root.id));
  model::Record empty;
  ok(writer->put(entry("A", {kernel("x"), kernel("y")})));
  ok(writer->put(entry("B", {empty})));
  ok(writer->finish({3, 33}));
  const RootRow row = value(index.roots()).front();
  EXPECT_EQ(row.entries, 2);
  EXPECT_EQ(row.kernels, 2);
  EXPECT_EQ(row.files, 14);
  EXPECT_EQ(row.bytes, 2 * 167);
  EXPECT_EQ(row.other_files.files, 3u);
  EXPECT_EQ(row.other_files.bytes, 33u);
  EXPECT_GE(row.indexed_ns, row.first_seen_ns);
}

TEST_F(RootTest, SumsAreRightAfterARunThatWasNotFinished) {
  Index index = open();
  constexpr int kMany = kBatchEntries;
  const std::int64_t id = write(index, "/r", {entry("A", "x")});
  {
    auto writer = value(index.write_root(id));
    for (int i = 0; i < kMany; ++i) ok(writer->put(entry("K" + std::to_string(i), "x")));
  }
  const RootRow row = value(index.roots()).front();
  EXPECT_EQ(row.entries, kMany + 1);
  EXPECT_EQ(row.kernels, kMany + 1);
  EXPECT_EQ(row.files, (kMany + 1) * 7);
  EXPECT_EQ(row.bytes, (kMany + 1) * 167);
  // The next run that finishes sets them right for good, even when it has nothing to write itself.
  ok(value(index.write_root(id))->finish({}));
  EXPECT_EQ(ask_sql(path(), "SELECT entries FROM root WHERE sums_valid = 1"), kMany + 1);
}

TEST_F(RootTest, CacheDirectoriesAreKept) {
  Index index = open();
  ok(index.put_cache_dir({"/b", model::Layout::vllm, {1, 2}}));
  ok(index.put_cache_dir({"/a", model::Layout::triton, {3, 4}}));
  ok(index.put_cache_dir({"/b", model::Layout::inductor, {5, std::uint64_t{1} << 40}}));
  const auto dirs = value(index.cache_dirs());
  ASSERT_EQ(dirs.size(), 2u);
  EXPECT_EQ(dirs[0].path, "/a");
  EXPECT_EQ(dirs[1].layout, model::Layout::inductor);
  EXPECT_EQ(dirs[1].other_files.files, 5u);
  EXPECT_EQ(dirs[1].other_files.bytes, std::uint64_t{1} << 40);
}

// What is gone from the disk leaves the index.
TEST_F(RootTest, VanishedRootsAreForgottenWithTheirRecords) {
  Index index = open();
  write(index, "/c/1", {entry("A", "x"), entry("B", {kernel("x"), kernel("y")})});
  write(index, "/c/2", {entry("A", "x")});
  write(index, "/c2", {entry("A", "x")});
  write(index, "/c_", {entry("A", "x")});
  EXPECT_EQ(value(index.forget_roots("/c", {"/c/2"})), 2);
  std::vector<std::string> left;
  for (const RootRow& row : value(index.roots())) left.push_back(row.location.path);
  EXPECT_THAT(left, ElementsAre("/c/2", "/c2", "/c_"));
  EXPECT_EQ(keys(index, {}), "A A A");
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM detail"), 3);
  EXPECT_EQ(value(index.forget_roots("/c", {"/c/2"})), 0);
  EXPECT_EQ(value(index.forget_roots("/c", {})), 1);
}

TEST_F(RootTest, TheCacheDirectoryItselfMayBeTheRootThatWent) {
  Index index = open();
  write(index, "/c", {entry("A", "x")});
  EXPECT_EQ(value(index.forget_roots("/c/", {})), 1);
  EXPECT_THAT(value(index.roots()), IsEmpty());
}

TEST_F(RootTest, KnownEntriesAreAllEntriesOnce) {
  Index index = open();
  model::Entry odd = entry("A", {kernel("x"), kernel("y")}, -5);
  odd.stamp = {~std::uint64_t{0}, -5, -7, false};
  const std::int64_t id = write(index, "/r", {odd, entry("B", "x", std::int64_t{1} << 62)});
  write(index, "/other", {entry("C", "x")});
  std::vector<KnownEntry> known;
  ok(index.known_entries(id, 1, 0, [&](const KnownEntry& one) { known.push_back(one); }));
  ASSERT_EQ(known.size(), 2u);
  const KnownEntry& a = known[0].key_hash == util::hash64("A") ? known[0] : known[1];
  const KnownEntry& b = known[0].key_hash == util::hash64("A") ? known[1] : known[0];
  EXPECT_EQ(a.key_hash, util::hash64("A"));
  EXPECT_EQ(a.stamp.inode, ~std::uint64_t{0});
  EXPECT_EQ(a.stamp.mtime_ns, -5);
  EXPECT_EQ(a.stamp.ctime_ns, -7);
  EXPECT_FALSE(a.stamp.settled);
  EXPECT_EQ(b.key_hash, util::hash64("B"));
  EXPECT_EQ(b.stamp.mtime_ns, std::int64_t{1} << 62);
  EXPECT_TRUE(b.stamp.settled);
}

TEST_F(RootTest, ShardsSplitByTheUnsignedHash) {
  Index index = open();
  std::vector<model::Entry> entries;
  for (int i = 0; i < 300; ++i) entries.push_back(entry("K" + std::to_string(i), "x"));
  const std::int64_t id = write(index, "/r", entries);
  for (const std::uint64_t shards : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{7},
                                     std::uint64_t{1000}, std::uint64_t{1} << 32}) {
    std::size_t seen = 0;
    for (std::uint64_t shard = 0; shard < std::min<std::uint64_t>(shards, 1000); ++shard)
      ok(index.known_entries(id, shards, shard, [&](const KnownEntry& one) {
        EXPECT_EQ(one.key_hash % shards, shard);
        ++seen;
      }));
    if (shards <= 1000) {
      EXPECT_EQ(seen, entries.size()) << shards;
    }
  }
  EXPECT_EQ(index.known_entries(id, 0, 0, [](const KnownEntry&) {}).error().code, ErrorCode::usage);
  EXPECT_EQ(index.known_entries(id, 2, 2, [](const KnownEntry&) {}).error().code, ErrorCode::usage);
}

TEST_F(RootTest, ProblemsAreCountedByEntry) {
  Index index = open();
  model::Record bad = kernel("x");
  bad.problem = model::SkipReason::metadata_missing;
  model::Record worse;
  worse.kind = model::EntryKind::broken;
  worse.problem = model::SkipReason::group_malformed;
  const std::int64_t id =
      write(index, "/r", {entry("A", {bad, bad}), entry("B", {worse}), entry("C", {worse}), entry("D", "x")});
  EXPECT_THAT(value(index.problems(id)),
              UnorderedElementsAre(ProblemCount{model::SkipReason::metadata_missing, false, 1},
                                   ProblemCount{model::SkipReason::group_malformed, true, 2}));
  EXPECT_THAT(value(index.problems(id + 100)), IsEmpty());
}

}  // namespace
}  // namespace tcm::index::test
