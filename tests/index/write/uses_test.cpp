// SPDX-License-Identifier: Apache-2.0
// Uses that logs tell of.
#include <gmock/gmock.h>

#include "core/index/upkeep/copy.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using testing::ElementsAre;
using Number = std::optional<std::int64_t>;

class UsesTest : public IndexTest {
 protected:
  static Row row_of(Index& index, const std::string& key) { return rows(index, {.key_prefix = key}).at(0); }
  static ColumnValue misses_of(Index& index, const std::string& key) {
    return value_of(index.columns(), *find_column(index.columns(), "misses"), row_of(index, key));
  }
};

TEST_F(UsesTest, AreAddedTogetherWithHowFarTheirLogIsRead) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x"), entry("L", "x")});
  EXPECT_EQ(value(index.add_uses({{root, {{"K", 2, 1, 70}, {"GONE", 1, 0, 70}}}}, {{"a", 0, 100}}, 1'000)), 1);
  EXPECT_EQ(value(index.add_uses({{root, {{"K", 3, 0, 60}}}}, {{"a", 100, 150}, {"b", 0, 9}}, 1'000)), 1);
  EXPECT_EQ(row_of(index, "K").hits, 5);
  EXPECT_EQ(row_of(index, "K").last_hit_ns, 70);
  EXPECT_EQ(misses_of(index, "K"), ColumnValue(std::int64_t{1}));
  EXPECT_EQ(row_of(index, "L").hits, Number()) << "nobody counted";
  EXPECT_THAT(value(index.logs_read_to({"b", "new", "a"})), ElementsAre(9, 0, 150));
}

TEST_F(UsesTest, OfALogThatAnotherProgramReadMeanwhileAddNothing) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  ASSERT_TRUE(value(index.add_uses({{root, {{"K", 1, 0, 70}}}}, {{"a", 0, 100}}, 1'000)));
  EXPECT_FALSE(value(index.add_uses({{root, {{"K", 1, 0, 70}}}}, {{"b", 0, 5}, {"a", 0, 100}}, 1'000)));
  EXPECT_EQ(row_of(index, "K").hits, 1);
  EXPECT_THAT(value(index.logs_read_to({"a", "b"})), ElementsAre(100, 0));
}

TEST_F(UsesTest, KeysOfAnyBytesAreFound) {
  Index index = open();
  const std::string odd = "K\xff\"\\',{}";
  const std::int64_t root = write(index, "/r", {entry(odd, "x")});
  EXPECT_EQ(value(index.add_uses({{root, {{odd, 1, 0, 70}}}}, {{odd, 0, 100}}, 1'000)), 1);
  EXPECT_THAT(value(index.logs_read_to({odd})), ElementsAre(100));
}

TEST_F(UsesTest, SurviveARunOfIndexAndMoveWithTheIndex) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", "x")});
  ASSERT_TRUE(value(index.add_uses({{root, {{"K", 1, 4, 70}}}}, {{"a", 0, 100}}, 1'000)));
  write(index, "/r", {entry("K", "x", 2'000)});
  EXPECT_EQ(misses_of(index, "K"), ColumnValue(std::int64_t{4}));
  const std::string file = dir() + "/copy.db";
  value(copy_index(path(), file));
  Index copied = value(Index::open(file, OpenMode::read));
  EXPECT_EQ(misses_of(copied, "K"), ColumnValue(std::int64_t{4}));
  EXPECT_THAT(value(copied.logs_read_to({"a"})), ElementsAre(100)) << "or its lines would count again";
}

}  // namespace
}  // namespace tcm::index::test
