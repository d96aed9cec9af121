// SPDX-License-Identifier: Apache-2.0
#include "core/index/values/version_rank.hpp"

#include <gtest/gtest.h>

namespace tcm::index {
namespace {

TEST(VersionRank, ReadsThreeNumbers) {
  EXPECT_EQ(version_rank("3.6.0"), 300'060'000);
  EXPECT_EQ(version_rank("3.10.2"), 300'100'002);
  EXPECT_EQ(version_rank("3"), 300'000'000);
  EXPECT_EQ(version_rank("3.6"), 300'060'000);
  EXPECT_EQ(version_rank("0.0.0"), 0);
}

TEST(VersionRank, WhatFollowsDoesNotCount) {
  for (const char* text : {"3.6.0+git1a2b", "3.6.0rc1", "3.6.0.post1", "3.6.0 ", "3.6.", "3.6.x", "3.6.0-dirty"})
    EXPECT_EQ(version_rank(text), 300'060'000) << text;
}

TEST(VersionRank, NoNumberAtTheStartIsNoVersion) {
  for (const char* text : {"", "v3.6.0", "main", ".3", "-1.0", "+3"})
    EXPECT_EQ(version_rank(text), std::nullopt) << text;
}

TEST(VersionRank, SortsAsVersionsDo) {
  EXPECT_LT(version_rank("2.3.1"), version_rank("3.0.0"));
  EXPECT_LT(version_rank("3.9.9"), version_rank("3.10.0"));
  EXPECT_LT(version_rank("3.4.0"), version_rank("3.4.1"));
}

TEST(VersionRank, HugeNumbersStayInTheirPlace) {
  EXPECT_EQ(version_rank("3.99999.0"), version_rank("3.9999.0"));
  EXPECT_LT(version_rank("3.99999999999999999999999999.0"), version_rank("4.0.0"));
  EXPECT_TRUE(version_rank("99999999999999999999999999.99999999999999999999999.9999999999999999").has_value());
}

}  // namespace
}  // namespace tcm::index
