// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

using ::testing::ElementsAre;

class GroupTest : public IndexTest {
 protected:
  GroupTest() : index(open()) {
    model::Record empty;
    write(index, "/r", {entry("A", {kernel("x"), kernel("y", "hip", "gfx942")}), entry("B", "x"), entry("C", {empty})});
    write(index, "/s", {entry("A", "x")});
  }
  Index index;
};

TEST_F(GroupTest, SumsEverything) {
  const Sums sums = value(index.sum({}));
  EXPECT_EQ(sums.records, 5);
  EXPECT_EQ(sums.kernels, 4);
  EXPECT_EQ(sums.entries, 4);
  EXPECT_EQ(sums.files, 28);
  EXPECT_EQ(sums.bytes.ir, 400u);
  EXPECT_EQ(sums.bytes.assembly, 120u);
  EXPECT_EQ(sums.bytes.binary, 20u);
  EXPECT_EQ(sums.bytes.source, 28u);
  EXPECT_EQ(sums.bytes.module, 0u);
  EXPECT_EQ(sums.bytes.metadata, 96u);
  EXPECT_EQ(sums.bytes.other, 4u);
  EXPECT_EQ(sums.bytes.total(), 668u);
}

TEST_F(GroupTest, CountsRows) {
  EXPECT_EQ(value(index.count({})), 5);
  EXPECT_EQ(value(index.count({.names = {{"x"}}, .kinds = {model::EntryKind::kernel}})), 3);
  EXPECT_EQ(value(index.count({.names = {{"nobody"}}})), 0);
}

TEST_F(GroupTest, NothingSumsToZero) {
  const Sums sums = value(index.sum({.names = {{"nobody"}}}));
  EXPECT_EQ(sums.records, 0);
  EXPECT_EQ(sums.bytes.total(), 0u);
  EXPECT_TRUE(value(index.group({.names = {{"nobody"}}}, {GroupKey::name})).empty());
}

std::vector<std::string> described(const std::vector<Group>& groups) {
  std::vector<std::string> lines;
  for (const Group& group : groups) {
    std::string line;
    for (const std::string& text : group.values) line += text + "|";
    lines.push_back(line + std::to_string(group.sums.records) + "/" + std::to_string(group.sums.entries));
  }
  return lines;
}

TEST_F(GroupTest, GroupsByEveryKeyLargestFirst) {
  EXPECT_THAT(described(value(index.group({}, {GroupKey::backend}))), ElementsAre("cuda|3/3", "hip|1/0", "|1/1"));
  EXPECT_THAT(described(value(index.group({}, {GroupKey::arch}))), ElementsAre("90|3/3", "gfx942|1/0", "|1/1"));
  EXPECT_THAT(described(value(index.group({}, {GroupKey::version}))), ElementsAre("3.6.0|4/3", "|1/1"));
  EXPECT_THAT(described(value(index.group({}, {GroupKey::name}))), ElementsAre("x|3/3", "y|1/0", "|1/1"));
  EXPECT_THAT(described(value(index.group({}, {GroupKey::kind}))), ElementsAre("kernel|4/3", "empty|1/1"));
  EXPECT_THAT(described(value(index.group({}, {GroupKey::root}))), ElementsAre("/r|4/3", "/s|1/1"));
  EXPECT_THAT(described(value(index.group({}, {}))), ElementsAre("5/4"));
}

TEST_F(GroupTest, SeveralKeysAndCriteriaWorkTogether) {
  EXPECT_THAT(
      described(value(index.group({.root_paths = {"/r"}}, {GroupKey::root, GroupKey::backend, GroupKey::arch}))),
      ElementsAre("/r|cuda|90|2/2", "/r|hip|gfx942|1/0", "/r|||1/1"));
  EXPECT_THAT(described(value(index.group({.names = {{"y"}}}, {GroupKey::name, GroupKey::name}))),
              ElementsAre("y|y|1/0"));
}

// A sparse file costs nothing and claims any size.
TEST_F(GroupTest, SumsHoldWhateverSizesFilesClaim) {
  model::Record record = kernel("huge");
  for (int i = 0; i < 20'000; ++i)
    record.artifacts.push_back({"f" + std::to_string(i), model::ArtifactKind::other, "odd", std::uint64_t{1} << 62});
  write(index, "/huge", {entry("K", {record}), entry("L", {record})});
  const Sums sums = value(index.sum({.root_paths = {"/huge"}}));
  EXPECT_EQ(sums.records, 2);
  EXPECT_EQ(sums.bytes.total(), std::uint64_t{1} << 51);
  EXPECT_EQ(value(index.roots()).at(0).bytes, std::int64_t{1} << 51) << "/huge comes before /r";
}

}  // namespace
}  // namespace tcm::index::test
