// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/file_types.hpp"

#include <gtest/gtest.h>

namespace tcm::cache {
namespace {

using model::ArtifactKind;

TEST(FileTypes, SharedExtensionsNeedNoPlugin) {
  const FileTypes types;
  for (const char* extension : {".ttir", ".glir", ".ttgir", ".llir"}) {
    ASSERT_TRUE(types.find("anything", extension)) << extension;
    EXPECT_EQ(types.find("", extension)->kind, ArtifactKind::ir);
  }
  EXPECT_EQ(types.find("", ".json")->kind, ArtifactKind::metadata);
  EXPECT_EQ(types.find("", ".source")->kind, ArtifactKind::source);
  EXPECT_EQ(types.find("", ".source")->label, "source");
  EXPECT_FALSE(types.find("cuda", ".ptx"));
  EXPECT_FALSE(types.find("cuda", ""));
}

TEST(FileTypes, TheFirstToClaimKeepsIt) {
  FileTypes types;
  types.add("one", ".bin", {ArtifactKind::binary, "first"});
  types.add("one", ".bin", {ArtifactKind::assembly, "second"});
  types.add("one", ".ttir", {ArtifactKind::binary, "mine"});
  EXPECT_EQ(types.find("one", ".bin")->label, "first");
  EXPECT_EQ(types.find("one", ".ttir")->kind, ArtifactKind::ir);
  EXPECT_FALSE(types.find("two", ".bin"));
}

TEST(FileTypes, TargetOfAnExtensionOnlyWhenOneClaimsIt) {
  FileTypes types;
  types.add("one", ".bin", {ArtifactKind::binary, "bin"});
  types.add("one", ".obj", {ArtifactKind::binary, "obj"});
  types.add("two", ".obj", {ArtifactKind::binary, "obj"});
  EXPECT_EQ(types.target_of(".bin"), "one");
  EXPECT_EQ(types.target_of(".obj"), "");
  EXPECT_EQ(types.target_of(".unknown"), "");
  EXPECT_EQ(types.target_of(".ttir"), "");
}

}  // namespace
}  // namespace tcm::cache
