// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/rocm/arch.hpp"

namespace tcm::rocm_backend {
namespace {

TEST(RocmArch, MetadataIsAName) {
  EXPECT_EQ(arch_from_metadata("\"gfx942\""), "gfx942");
  EXPECT_EQ(arch_from_metadata("\"gfx90a\""), "gfx90a");
  EXPECT_EQ(arch_from_metadata("\"gfx942:sramecc+:xnack-\""), "gfx942");
  for (const char* text : {"942", "null", "{}", "\"sm_90\"", "\"\"", ""}) {
    EXPECT_EQ(arch_from_metadata(text), std::nullopt) << text;
  }
}

TEST(RocmArch, WordsOfUsers) {
  EXPECT_EQ(arch_from_user("gfx942"), "gfx942");
  EXPECT_EQ(arch_from_user("GFX90A"), "gfx90a");
  EXPECT_EQ(arch_from_user("gfx942:sramecc+:xnack-"), "gfx942");
  EXPECT_EQ(arch_from_user("gfx1100"), "gfx1100");
  EXPECT_EQ(arch_from_user("gfx9-4-generic"), "gfx9-4-generic");
}

TEST(RocmArch, OtherWordsAreNotMine) {
  for (const char* word : {"", "942", "gfx", "gfx9", "gfxabc", "sm_90", "gfx942:", "gfx942:xnack", "gfx942:+",
                           "gfx942::", "gfx 942", "gfx942-", "gfx942/..", "mi300x"}) {
    EXPECT_EQ(arch_from_user(word), std::nullopt) << word;
  }
}

TEST(RocmArch, PeopleReadTheSame) {
  EXPECT_EQ(arch_for_people("gfx942"), "gfx942");
  EXPECT_EQ(arch_for_people("90"), std::nullopt);
}

}  // namespace
}  // namespace tcm::rocm_backend
