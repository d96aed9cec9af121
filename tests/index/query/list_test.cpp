// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

class ListTest : public IndexTest {
 protected:
  ListTest() : index(open()) {
    const auto versioned = [](model::Record record, const char* version, std::size_t files) {
      record.facts.triton_version = version;
      record.artifacts.resize(files);
      return record;
    };
    write(index, "/r",
          {entry("c", {versioned(kernel("n1", "cuda", "90"), "3.10.0", 1)}, 20),
           entry("a", {versioned(kernel("n2", "cuda", "80"), "3.9.0", 3)}, 20),
           entry("b", {versioned(kernel("n1", "hip", "gfx942"), "", 2)}, 30),
           entry("d", {versioned(kernel("n0", "cuda", "100"), "3.9.0", 0)}, 10)});
  }

  std::string order(SortKey key, bool ascending, std::optional<std::int64_t> limit = std::nullopt) {
    std::string joined;
    for (const Row& row : rows(index, {}, {key, ascending}, limit)) joined += row.key;
    return joined;
  }

  Index index;
};

TEST_F(ListTest, OrdersWithTiesByKey) {
  EXPECT_EQ(order(SortKey::modified, false), "bacd");
  EXPECT_EQ(order(SortKey::modified, true), "dacb");
  EXPECT_EQ(order(SortKey::name, true), "dbca");
  EXPECT_EQ(order(SortKey::name, false), "abcd");
  EXPECT_EQ(order(SortKey::size, false), "abcd");
  EXPECT_EQ(order(SortKey::size, true), "dcba");
  EXPECT_EQ(order(SortKey::key, true), "abcd");
  EXPECT_EQ(order(SortKey::key, false), "dcba");
  EXPECT_EQ(order(SortKey::arch, true), "dacb");
  EXPECT_EQ(order(SortKey::version, true), "badc");
  EXPECT_EQ(order(SortKey::version, false), "cadb");
}

TEST_F(ListTest, LimitsCutTheEnd) {
  EXPECT_EQ(order(SortKey::modified, false, 2), "ba");
  EXPECT_EQ(order(SortKey::modified, false, 0), "");
  EXPECT_EQ(order(SortKey::modified, false, -1), "");
  EXPECT_EQ(order(SortKey::modified, false, 1'000'000'000'000), "bacd");
}

TEST_F(ListTest, OtherQuestionsMayBeAskedWhileItRuns) {
  int details = 0;
  ok(index.list({}, {}, std::nullopt, [&](const Row& row) {
    EXPECT_FALSE(value(index.detail(row.id)).metadata.empty());
    ++details;
  }));
  EXPECT_EQ(details, 4);
}

TEST_F(ListTest, AReaderSeesOneStateThoughAWriterGoesOn) {
  Index reader = open(OpenMode::read);
  int seen = 0;
  ok(reader.list({}, {}, std::nullopt, [&](const Row&) {
    if (seen++ == 0) write(index, "/s", {entry("x", "n", 5), entry("y", "n", 6)});
  }));
  EXPECT_EQ(seen, 4);
  EXPECT_EQ(rows(reader).size(), 6u);
}

// What the callback throws is its caller's, and leaves the index usable.
TEST_F(ListTest, ExceptionsOfTheCallerPassThrough) {
  EXPECT_THROW(std::ignore = index.list({}, {}, std::nullopt, [](const Row&) { throw std::logic_error("stop"); }),
               std::logic_error);
  write(index, "/s", {entry("x", "n", 5)});
  EXPECT_EQ(rows(index).size(), 5u);
}

}  // namespace
}  // namespace tcm::index::test
