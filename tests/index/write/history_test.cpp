// SPDX-License-Identifier: Apache-2.0
// What was counted of entries elsewhere.
#include <gmock/gmock.h>

#include "core/index/upkeep/copy.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using Number = std::optional<std::int64_t>;

class HistoryTest : public IndexTest {
 protected:
  static Row row_of(Index& index, const std::string& key) { return rows(index, {.key_prefix = key}).at(0); }
};

TEST_F(HistoryTest, WhatNobodyCountedIsUnknownAndNotZero) {
  Index index = open();
  write(index, "/r", {entry("K", "x")});
  EXPECT_EQ(row_of(index, "K").hits, Number());
  EXPECT_EQ(row_of(index, "K").last_hit_ns, Number());
}

// No disk tells hits and first-seen times again, so a run of index must leave them as they are.
TEST_F(HistoryTest, HitsAndFirstSeenSurviveWhenAnEntryIsIndexedAgain) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x"), entry("L", "x")});
  constexpr std::int64_t kLast = 1'750'000'000'123'456'789;
  EXPECT_EQ(value(index.merge_history({root}, {{"K", 77, kLast, 5}, {"GONE", 1, 2, 3}})), 1);
  write(index, "/r", {entry("K", "x", 2'000), entry("L", "x", 2'000)});
  const Row row = row_of(index, "K");
  EXPECT_EQ(row.modified_ns, 2'000);
  EXPECT_EQ(row.hits, 77);
  EXPECT_EQ(row.last_hit_ns, kLast) << "to the nanosecond";
  EXPECT_EQ(row.first_seen_ns, 5);
  EXPECT_EQ(row_of(index, "L").hits, Number());
}

TEST_F(HistoryTest, TheSameHistoryMayComeTwiceAndALesserOneChangesNothing) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  const std::vector<EntryHistory> history{{"K", 7, 70, 5}};
  for (int i = 0; i < 2; ++i) EXPECT_EQ(value(index.merge_history({root}, history)), 1);
  EXPECT_EQ(value(index.merge_history({root}, {{"K", 6, 60, 50}})), 1);
  EXPECT_EQ(value(index.merge_history({root}, {{"K", {}, {}, {}}})), 1);
  const Row row = row_of(index, "K");
  EXPECT_EQ(row.hits, 7);
  EXPECT_EQ(row.last_hit_ns, 70);
  EXPECT_EQ(row.first_seen_ns, 5);
}

TEST_F(HistoryTest, NoHitIsKnownToBeNone) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  EXPECT_EQ(value(index.merge_history({root}, {{"K", 0, {}, {}}})), 1);
  EXPECT_EQ(row_of(index, "K").hits, 0);
}

TEST_F(HistoryTest, OtherRootsAreLeftAlone) {
  Index index = open();
  const std::int64_t mine = write(index, "/r", {entry("K", "x")});
  write(index, "/s", {entry("K", "x")});
  EXPECT_EQ(value(index.merge_history({mine}, {{"K", 7, 70, 5}})), 1);
  for (const Row& row : rows(index)) EXPECT_EQ(row.hits, row.root == "/r" ? Number(7) : Number()) << row.root;
  EXPECT_EQ(value(index.merge_history({}, {{"K", 9, 9, 9}})), 0);
}

TEST_F(HistoryTest, KeysOfAnyBytesAreFound) {
  Index index = open();
  const std::string odd = "K\xff\"\\',{}";
  const std::int64_t root = write(index, "/r", {entry(odd, "x")});
  EXPECT_EQ(value(index.merge_history({root}, {{odd, 7, 70, 5}})), 1);
  EXPECT_EQ(rows(index).at(0).hits, 7);
}

TEST_F(HistoryTest, HitsCanBeAskedForAndSortedBy) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("A", "x"), entry("B", "x"), entry("C", "x")});
  ASSERT_EQ(value(index.merge_history({root}, {{"A", 3, {}, {}}, {"B", 30, {}, {}}})), 2);
  Condition few;
  few.kind = Condition::Kind::comparison;
  few.field = column_field("hits");
  few.comparison = Comparison::less;
  few.value = std::int64_t{10};
  EXPECT_EQ(keys(index, {.where = {few}}), "A") << "what nobody counted has not few hits";
  std::string sorted;
  for (const Row& row : rows(index, {}, {column_field("hits"), false})) sorted += row.key;
  EXPECT_EQ(sorted, "BAC");
}

TEST_F(HistoryTest, HitsMoveWithTheIndex) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x"), entry("L", "x")});
  ASSERT_EQ(value(index.merge_history({root}, {{"K", 7, 70, 5}})), 1);
  const std::string file = dir() + "/copy.db";
  value(copy_index(path(), file));
  Index copied = value(Index::open(file, OpenMode::read));
  EXPECT_EQ(row_of(copied, "K").hits, 7);
  EXPECT_EQ(row_of(copied, "K").last_hit_ns, 70);
  EXPECT_EQ(row_of(copied, "L").hits, Number());
}

}  // namespace
}  // namespace tcm::index::test
