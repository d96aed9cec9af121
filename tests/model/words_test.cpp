// SPDX-License-Identifier: Apache-2.0
#include "core/model/words.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tcm::model {
namespace {

// The names are stored in the index and printed in JSON: a change breaks both.
TEST(Words, AreTheStoredOnes) {
  EXPECT_EQ(to_string(EntryKind::kernel), "kernel");
  EXPECT_EQ(to_string(EntryKind::foreign), "foreign");
  EXPECT_EQ(to_string(ArtifactKind::assembly), "assembly");
  EXPECT_EQ(to_string(Layout::vllm), "vllm");
  EXPECT_EQ(to_string(SkipReason::none), "");
  EXPECT_EQ(to_string(SkipReason::metadata_malformed), "metadata_malformed");
}

template <class E, class Table>
void expect_there_and_back(const Table& table) {
  std::set<std::string_view> names;
  for (const auto& word : table) {
    EXPECT_TRUE(names.insert(word.name).second) << word.name;
    EXPECT_EQ(to_string(word.value), word.name);
    EXPECT_EQ(value_of<E>(table, word.name), word.value);
  }
  EXPECT_FALSE(value_of<E>(table, "no such word"));
}

TEST(Words, ThereAndBack) {
  expect_there_and_back<EntryKind>(kEntryKinds);
  expect_there_and_back<ArtifactKind>(kArtifactKinds);
  expect_there_and_back<Layout>(kLayouts);
  expect_there_and_back<SkipReason>(kSkipReasons);
}

// The tables hold every value: each is at the place of its number.
TEST(Words, TablesAreWhole) {
  for (std::size_t i = 0; i < kEntryKinds.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(kEntryKinds[i].value), i);
  for (std::size_t i = 0; i < kSkipReasons.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kSkipReasons[i].value), i);
    EXPECT_EQ(kSkipReasons[i].text.empty(), i == 0) << kSkipReasons[i].name;
  }
}

}  // namespace
}  // namespace tcm::model
