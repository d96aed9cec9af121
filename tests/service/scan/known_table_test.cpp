// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/known_table.hpp"

#include <set>

#include <gtest/gtest.h>

namespace tcm::service {
namespace {

index::KnownEntry known(std::int64_t id, std::uint64_t hash) { return {id, hash, {}}; }

TEST(KnownTable, FindsWhatWasAddedAndNothingElse) {
  KnownTable table;
  for (std::int64_t i = 0; i < 10'000; ++i) table.add(known(i, static_cast<std::uint64_t>(i) * 3));
  table.seal();
  for (std::int64_t i = 0; i < 10'000; ++i) {
    const auto* item = table.find(static_cast<std::uint64_t>(i) * 3, 0);
    ASSERT_NE(item, nullptr);
    EXPECT_EQ(item->entry.id, i);
    EXPECT_EQ(table.find(static_cast<std::uint64_t>(i) * 3 + 1, 0), nullptr);
  }
}

TEST(KnownTable, CopesWithHashesThatFallIntoOneSlot) {
  KnownTable table;
  for (std::int64_t i = 0; i < 100; ++i) table.add(known(i, static_cast<std::uint64_t>(i) << 40));
  table.seal();
  for (std::int64_t i = 0; i < 100; ++i) {
    ASSERT_NE(table.find(static_cast<std::uint64_t>(i) << 40, 0), nullptr);
    EXPECT_EQ(table.find(static_cast<std::uint64_t>(i) << 40, 0)->entry.id, i);
  }
  EXPECT_EQ(table.find(std::uint64_t{100} << 40, 0), nullptr);
}

// Names with one hash can be made; their directories are two all the same.
TEST(KnownTable, TellsEntriesWithOneHashApartByTheirInodes) {
  KnownTable table;
  table.add({1, 42, {.inode = 100}});
  table.add({2, 42, {.inode = 200}});
  table.seal();
  EXPECT_EQ(table.find(42, 200)->entry.id, 2);
  EXPECT_EQ(table.find(42, 100)->entry.id, 1);
  table.find(42, 100)->seen = true;
  EXPECT_EQ(table.find(42, 300)->entry.id, 2) << "the one that is still looked for";
}

TEST(KnownTable, AnEmptyOneFindsNothing) {
  KnownTable table;
  EXPECT_EQ(table.find(0, 0), nullptr);
  table.seal();
  EXPECT_EQ(table.find(0, 0), nullptr);
  EXPECT_TRUE(table.empty());
}

TEST(KnownTable, NamesWhatWasNotSeen) {
  KnownTable table;
  for (std::int64_t i = 0; i < 10; ++i) table.add(known(i, static_cast<std::uint64_t>(i)));
  table.seal();
  for (std::uint64_t hash = 0; hash < 10; hash += 2) table.find(hash, 0)->seen = true;
  std::set<std::int64_t> unseen;
  table.for_each_unseen([&](const index::KnownEntry& entry) { unseen.insert(entry.id); });
  EXPECT_EQ(unseen, (std::set<std::int64_t>{1, 3, 5, 7, 9}));
}

}  // namespace
}  // namespace tcm::service
