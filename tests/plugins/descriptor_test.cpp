// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>

#include "tests/plugins/plugin_under_test.hpp"

namespace tcm::plugin_test {
namespace {

using testing::ElementsAre;

std::vector<std::string> extensions(const tcm_kernel_backend_plugin& plugin, tcm_artifact_kind kind) {
  std::vector<std::string> found;
  for (uint32_t i = 0; i < plugin.file_type_count; ++i) {
    if (plugin.file_types[i]->kind == kind) found.emplace_back(plugin.file_types[i]->extension);
  }
  return found;
}

std::vector<std::string> words(const tcm_target& target) {
  std::vector<std::string> found{target.name};
  for (uint32_t i = 0; i < target.alias_count; ++i) found.emplace_back(target.aliases[i]);
  return found;
}

using Speller = tcm_status (*)(void*, tcm_str, tcm_str, tcm_text*);

std::string spell(Speller speller, std::string_view target, std::string_view word) {
  char buffer[TCM_TEXT_CAPACITY];
  tcm_text out{TCM_STRUCT_SIZE(tcm_text, size), sizeof buffer, buffer, 0};
  const tcm_status status = speller(nullptr, {target.data(), target.size()}, {word.data(), word.size()}, &out);
  return status == TCM_OK ? std::string(buffer, out.size) : "status " + std::to_string(status);
}

TEST(Descriptor, Cuda) {
  const auto& plugin = cuda_backend().descriptor();
  EXPECT_EQ(plugin.struct_size, TCM_PLUGIN_STRUCT_SIZE_1_0);
  EXPECT_STREQ(plugin.id, "org.tcm.cuda");
  ASSERT_EQ(plugin.target_count, 1u);
  EXPECT_THAT(words(*plugin.targets[0]), ElementsAre("cuda", "nvidia"));
  EXPECT_THAT(extensions(plugin, TCM_KIND_ASSEMBLY), ElementsAre(".ptx", ".sass"));
  EXPECT_THAT(extensions(plugin, TCM_KIND_BINARY), ElementsAre(".cubin"));
  EXPECT_EQ(plugin.path_field_count, 0u);
  EXPECT_EQ(spell(plugin.arch_from_metadata, "cuda", "90"), "90");
  EXPECT_EQ(spell(plugin.arch_from_user, "cuda", "sm_90a"), "90");
  EXPECT_EQ(spell(plugin.arch_for_people, "cuda", "90"), "sm_90");
  EXPECT_EQ(spell(plugin.arch_from_user, "cuda", "gfx942"), "status 1");
}

TEST(Descriptor, Rocm) {
  const auto& plugin = rocm_backend().descriptor();
  EXPECT_EQ(plugin.struct_size, TCM_PLUGIN_STRUCT_SIZE_1_0);
  EXPECT_STREQ(plugin.id, "org.tcm.rocm");
  ASSERT_EQ(plugin.target_count, 1u);
  EXPECT_THAT(words(*plugin.targets[0]), ElementsAre("hip", "rocm", "amd"));
  EXPECT_THAT(extensions(plugin, TCM_KIND_ASSEMBLY), ElementsAre(".amdgcn"));
  EXPECT_THAT(extensions(plugin, TCM_KIND_BINARY), ElementsAre(".hsaco"));
  EXPECT_EQ(plugin.path_field_count, 0u);
  EXPECT_EQ(spell(plugin.arch_from_metadata, "hip", "\"gfx942\""), "gfx942");
  EXPECT_EQ(spell(plugin.arch_from_user, "hip", "GFX942:xnack-"), "gfx942");
  EXPECT_EQ(spell(plugin.arch_for_people, "hip", "gfx942"), "gfx942");
  EXPECT_EQ(spell(plugin.arch_from_user, "hip", "sm_90"), "status 1");
}

TEST(Descriptor, AnAnswerThatDoesNotFitIsNotCut) {
  char buffer[3];
  tcm_text out{TCM_STRUCT_SIZE(tcm_text, size), sizeof buffer, buffer, 0};
  EXPECT_EQ(cuda_backend().descriptor().arch_for_people(nullptr, {"cuda", 4}, {"90", 2}, &out), TCM_LIMIT);
  EXPECT_EQ(out.size, 0u);
}

}  // namespace
}  // namespace tcm::plugin_test
