// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/stamp_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace tcm::util {
namespace {

TEST(StampFile, HoldsATimeFromOneProcessToTheNext) {
  const test::TempDir directory;
  const std::string path = directory / "below" / "stamp";
  {
    auto stamp = StampFile::take(path);
    ASSERT_TRUE(stamp && *stamp) << "made with its directory";
    EXPECT_EQ((*stamp)->last_ns(), std::nullopt);
    EXPECT_TRUE((*stamp)->set(1'795'511'015'000'000'000));
    EXPECT_TRUE((*stamp)->set(17));
  }
  auto again = StampFile::take(path);
  ASSERT_TRUE(again && *again);
  EXPECT_EQ((*again)->last_ns(), 17);
}

TEST(StampFile, IsHeldByOneAtATime) {
  const test::TempDir directory;
  auto first = StampFile::take(directory / "stamp");
  ASSERT_TRUE(first && *first);
  const auto second = StampFile::take(directory / "stamp");
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->has_value());
  *first = std::nullopt;
  const auto third = StampFile::take(directory / "stamp");
  EXPECT_TRUE(third && *third);
}

TEST(StampFile, AnythingElseInItIsNoTime) {
  const test::TempDir directory;
  test::write_file(directory / "stamp", "yesterday");
  const auto stamp = StampFile::take(directory / "stamp");
  ASSERT_TRUE(stamp && *stamp);
  EXPECT_EQ((*stamp)->last_ns(), std::nullopt);
  std::filesystem::create_symlink("stamp", directory / "link");
  EXPECT_FALSE(StampFile::take(directory / "link"));
}

}  // namespace
}  // namespace tcm::util
