// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/cuda/arch.hpp"

namespace tcm::cuda_backend {
namespace {

TEST(CudaArch, MetadataOfEveryShapeIsOneNumber) {
  for (const char* json : {"90", "\"90\"", "\"sm90\"", "\"sm_90\"", " 90 ", "\"sm_90a\""}) {
    EXPECT_EQ(arch_from_metadata(json), "90") << json;
  }
  EXPECT_EQ(arch_from_metadata("121"), "121");
}

TEST(CudaArch, MetadataOfAnotherShapeIsLeftAlone) {
  for (const char* json : {"", "null", "true", "{\"name\":\"x\"}", "[90]", "-90", "9e1", "\"\"", "\"gfx942\"", "\"",
                           "7", "1000", "\"sm_\\u0039\"", "\"90", "090"}) {
    EXPECT_EQ(arch_from_metadata(json), std::nullopt) << json;
  }
}

TEST(CudaArch, WordsOfUsers) {
  for (const char* word : {"90", "sm_90", "sm90", "SM_90", "compute_90", "9.0", "90a", "sm_90a", "compute_90a"}) {
    EXPECT_EQ(arch_from_user(word), "90") << word;
  }
  for (const char* word : {"121", "sm_121", "12.1", "sm_121f"}) EXPECT_EQ(arch_from_user(word), "121") << word;
  EXPECT_EQ(arch_from_user("10.0"), "100");
  EXPECT_EQ(arch_from_user("7.5"), "75");
}

TEST(CudaArch, OtherWordsAreNotMine) {
  for (const char* word : {"", "gfx942", "hopper", "9", "9.", ".9", "9.00", "100.0", "sm_", "sm", "a", "90aa",
                           "compute_", "sm_sm_90", " 90", "9 0", "0.9"}) {
    EXPECT_EQ(arch_from_user(word), std::nullopt) << word;
  }
}

TEST(CudaArch, PeopleReadTheTargetName) {
  EXPECT_EQ(arch_for_people("90"), "sm_90");
  EXPECT_EQ(arch_for_people("121"), "sm_121");
  EXPECT_EQ(arch_for_people("gfx942"), std::nullopt);
  EXPECT_EQ(arch_for_people(""), std::nullopt);
}

}  // namespace
}  // namespace tcm::cuda_backend
