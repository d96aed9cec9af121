// SPDX-License-Identifier: Apache-2.0
#include "core/index/rows/artifact_text.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace tcm::index {
namespace {

TEST(ArtifactText, IsReadable) {
  EXPECT_EQ(
      pack_artifacts({{"add.ttir", model::ArtifactKind::ir, "ttir", 12}, {"a", model::ArtifactKind::other, "", 0}}),
      R"([["add.ttir","ir","ttir",12],["a","other","",0]])");
  EXPECT_EQ(pack_artifacts({}), "[]");
}

TEST(ArtifactText, EveryByteOfANameSurvives) {
  std::string every;
  for (int c = 1; c < 256; ++c) every += static_cast<char>(c);
  const std::vector<model::Artifact> in{{every, model::ArtifactKind::source, "\xff\"\\%", ~std::uint64_t{0}}};
  const std::string text = pack_artifacts(in);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) << text;
  const auto out = unpack_artifacts(text);
  ASSERT_TRUE(out);
  ASSERT_EQ(out->size(), 1u);
  EXPECT_EQ(out->front().name, every);
  EXPECT_EQ(out->front().type, in.front().type);
  EXPECT_EQ(out->front().kind, in.front().kind);
  EXPECT_EQ(out->front().bytes, in.front().bytes);
}

TEST(ArtifactText, OtherTextIsRefused) {
  for (const char* text : {"", "{}", "[1]", "[[]]", R"([["a","ir","x"]])", R"([["a","nonsense","x",1]])",
                           R"([["a","ir","x",-1]])", R"([["a","ir","x","1"]])", R"([["%4","ir","x",1]])",
                           R"([["%zz","ir","x",1]])", R"([["a","ir","x",1])", R"([["a","ir",2,1]])"})
    EXPECT_FALSE(unpack_artifacts(text)) << text;
}

}  // namespace
}  // namespace tcm::index
