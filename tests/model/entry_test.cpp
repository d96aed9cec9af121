// SPDX-License-Identifier: Apache-2.0
#include "core/model/entry.hpp"

#include <gtest/gtest.h>

namespace tcm::model {
namespace {

TEST(ByteTotals, EveryKindHasItsSumAndNothingIsLost) {
  std::vector<Artifact> artifacts;
  std::uint64_t bytes = 1;
  for (const auto& word : kArtifactKinds) {
    artifacts.push_back({"a", word.value, "", bytes});
    bytes *= 10;
  }
  const ByteTotals totals = totals_of(artifacts);
  EXPECT_EQ(totals.total(), 11111111U);
  EXPECT_EQ(totals.ir, 1U);
  EXPECT_EQ(totals.assembly, 10U);
  EXPECT_EQ(totals.binary, 100U);
  EXPECT_EQ(totals.metadata, 11000U);  // with the group
  EXPECT_EQ(totals.source, 100000U);
  EXPECT_EQ(totals.module, 1000000U);
  EXPECT_EQ(totals.other, 10000000U);
}

TEST(ByteTotals, Sums) {
  ByteTotals sum = totals_of({{"a", ArtifactKind::ir, "", 1}, {"b", ArtifactKind::other, "", 2}});
  sum += totals_of({{"c", ArtifactKind::ir, "", 4}, {"d", ArtifactKind::binary, "", std::uint64_t{1} << 40}});
  EXPECT_EQ(sum.ir, 5U);
  EXPECT_EQ(sum.other, 2U);
  EXPECT_EQ(sum.binary, std::uint64_t{1} << 40);
  EXPECT_EQ(sum.total(), (std::uint64_t{1} << 40) + 7);
}

TEST(OwnReading, WhatItLeftCountsAsTheUseBeforeIt) {
  const OwnReading nothing{100, 0};
  EXPECT_EQ(nothing.last_use(50), 50) << "it left no time";
  const OwnReading reading{100, 900};
  EXPECT_EQ(reading.last_use(900), 100);
  EXPECT_EQ(reading.last_use(850), 100) << "of a file that was read first";
  EXPECT_EQ(reading.last_use(901), 901);
}

TEST(OwnReading, ALaterReadingFindsWhatAnEarlierOneLeft) {
  OwnReading reading;
  reading.add({100, 0});
  EXPECT_EQ(reading.used_ns, 100);
  reading.add({120, 900});
  reading.add({900, 1'000});
  EXPECT_EQ(reading.used_ns, 120);
  EXPECT_EQ(reading.left_ns, 1'000);
  reading.add({1'500, 2'000});
  EXPECT_EQ(reading.used_ns, 1'500) << "somebody used it in between";
  reading.add({2'000, 0});
  EXPECT_EQ(reading.used_ns, 1'500);
  EXPECT_EQ(reading.left_ns, 2'000) << "a reading without a trace does not undo one";
}

}  // namespace
}  // namespace tcm::model
