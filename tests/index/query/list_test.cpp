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

  std::string order(const std::string& column, bool ascending, std::optional<std::int64_t> limit = std::nullopt) {
    std::string joined;
    for (const Row& row : rows(index, {}, {column_field(column), ascending}, limit)) joined += row.key;
    return joined;
  }

  Index index;
};

TEST_F(ListTest, OrdersWithTiesByKey) {
  EXPECT_EQ(order("modified", false), "bacd");
  EXPECT_EQ(order("modified", true), "dacb");
  EXPECT_EQ(order("name", true), "dbca");
  EXPECT_EQ(order("name", false), "abcd");
  EXPECT_EQ(order("size", false), "abcd");
  EXPECT_EQ(order("size", true), "dcba");
  EXPECT_EQ(order("key", true), "abcd");
  EXPECT_EQ(order("key", false), "dcba");
  EXPECT_EQ(order("arch", true), "dacb");
  EXPECT_EQ(order("version", true), "adcb") << "3.9 comes before 3.10; who has none comes last";
  EXPECT_EQ(order("version", false), "cadb");
}

TEST_F(ListTest, WhatIsAbsentComesLastInBothDirections) {
  model::Record measured = kernel("m");
  measured.spill_bytes = 0;
  measured.resources = {{"registers", "", std::int64_t{24}}, {"isa", "", std::string("10.2")}};
  model::Record larger = kernel("l");
  larger.spill_bytes = 8;
  larger.resources = {{"registers", "", std::int64_t{168}}, {"isa", "", std::string("9.0")}};
  larger.facts.metadata = R"({"name":"l","num_warps":8,"target":{"warp_size":64}})";
  Index fresh = open();
  write(fresh, "/s", {entry("m", {measured}), entry("l", {larger}), entry("n", {kernel("")})});
  const auto sorted = [&](const Field& field, bool ascending) {
    std::string joined;
    for (const Row& row : rows(fresh, {.root_paths = {"/s"}}, {field, ascending})) joined += row.key;
    return joined;
  };
  const Field registers = resource_field("registers");
  const Field isa = resource_field("isa");
  const Field nested = metadata_field({"target", "warp_size"});
  EXPECT_EQ(sorted(registers, false), "lmn") << "as numbers";
  EXPECT_EQ(sorted(registers, true), "mln");
  EXPECT_EQ(sorted(isa, false), "lmn") << "as texts";
  EXPECT_EQ(sorted(isa, true), "mln");
  EXPECT_EQ(sorted(nested, true), "lmn");
  EXPECT_EQ(sorted(nested, false), "lmn");
  EXPECT_EQ(sorted(column_field("spill_bytes"), true), "mln");
  EXPECT_EQ(sorted(column_field("spill_bytes"), false), "lmn");
  EXPECT_EQ(sorted(column_field("name"), true), "lmn") << "an empty text is none";
  EXPECT_EQ(sorted(column_field("name"), false), "mln");
  EXPECT_EQ(sorted(column_field("hits"), true), "lmn") << "nobody counted";
}

TEST_F(ListTest, FieldsAskedForKeepTheirTypes) {
  model::Record record = kernel("m");
  record.facts.metadata = R"({"text":"4","number":4.5,"truth":true,"list":[1,2],"none":null})";
  record.resources = {{"registers", "", std::int64_t{24}}};
  write(index, "/s", {entry("m", {record})});
  std::vector<Field> fields{resource_field("registers")};
  for (const char* name : {"text", "number", "truth", "list", "none", "nowhere"})
    fields.push_back(metadata_field({name}));
  std::vector<FieldValue> values;
  ok(index.list(
      {.root_paths = {"/s"}}, {}, std::nullopt, [&](const Row& row) { values = row.extra; }, fields));
  using Kind = FieldValue::Kind;
  ASSERT_EQ(values.size(), 7U);
  const std::vector<std::pair<Kind, std::string>> expected{
      {Kind::number, "24"},  {Kind::text, "4"},  {Kind::number, "4.5"}, {Kind::truth, "true"},
      {Kind::json, "[1,2]"}, {Kind::absent, ""}, {Kind::absent, ""}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(values[i].kind, expected[i].first) << i;
    EXPECT_EQ(values[i].text, expected[i].second) << i;
  }
}

TEST_F(ListTest, LimitsCutTheEnd) {
  EXPECT_EQ(order("modified", false, 2), "ba");
  EXPECT_EQ(order("modified", false, 0), "");
  EXPECT_EQ(order("modified", false, -1), "");
  EXPECT_EQ(order("modified", false, 1'000'000'000'000), "bacd");
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
