// SPDX-License-Identifier: Apache-2.0
#include "core/backend/terms/words.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/backend/arch_fallback.hpp"

namespace tcm::backend {
namespace {

TEST(Words, PluginId) {
  for (const char* good : {"a", "org.tcm.test", "com.acme_x.gpu-2", "0"}) EXPECT_TRUE(is_plugin_id(good)) << good;
  for (const char* bad : {"", ".a", "a.", "a..b", "A", "a b", "a/b", "caf\xc3\xa9"})
    EXPECT_FALSE(is_plugin_id(bad)) << bad;
  EXPECT_TRUE(is_plugin_id(std::string(255, 'a')));
  EXPECT_FALSE(is_plugin_id(std::string(256, 'a')));
}

TEST(Words, SemanticVersion) {
  for (const char* good : {"0.0.0", "1.2.3", "10.20.30", "1.0.0-rc.1", "1.0.0+build.7", "1.0.0-a-b+c"})
    EXPECT_TRUE(is_semver(good)) << good;
  for (const char* bad : {"", "1", "1.2", "1.2.3.4", "01.2.3", "v1.2.3", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.2.x"})
    EXPECT_FALSE(is_semver(bad)) << bad;
}

TEST(Words, TargetsAliasesExtensionsLabelsKeys) {
  EXPECT_TRUE(is_target_name("xpu"));
  EXPECT_TRUE(is_target_name(std::string(32, 'a')));
  for (const std::string& bad :
       {std::string(), std::string("Xpu"), std::string("9a"), std::string("a-b"), std::string(33, 'a')})
    EXPECT_FALSE(is_target_name(bad)) << bad;
  EXPECT_TRUE(is_target_alias("Level-Zero.2"));
  EXPECT_FALSE(is_target_alias("a b"));
  EXPECT_FALSE(is_target_alias("-a"));
  EXPECT_TRUE(is_extension(".spv"));
  for (const char* bad : {"", ".", "spv", ".a/b", ".a b", ".\x01", ".caf\xc3\xa9"})
    EXPECT_FALSE(is_extension(bad)) << bad;
  EXPECT_FALSE(is_extension("." + std::string(31, 'a')));
  EXPECT_TRUE(is_label("spv_1"));
  EXPECT_FALSE(is_label("Spv"));
  EXPECT_FALSE(is_label(std::string(17, 'a')));
  EXPECT_TRUE(is_attribute_key("x.acme.Key") == false && is_attribute_key("x.acme.key_2"));
  EXPECT_FALSE(is_attribute_key(std::string(65, 'a')));
  EXPECT_TRUE(is_canonical_arch("caf\xc3\xa9-100"));
  for (const char* bad : {"", "a b", "a\nb", "\x7f", "\xff", "\xc2\x85"}) EXPECT_FALSE(is_canonical_arch(bad)) << bad;
}

struct ArchCase {
  const char* json;
  const char* expected;
};

class NeutralArch : public testing::TestWithParam<ArchCase> {};

TEST_P(NeutralArch, SpellsWhatMetadataHolds) { EXPECT_EQ(neutral_arch(GetParam().json), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(Forms, NeutralArch,
                         testing::Values(ArchCase{"90", "90"}, ArchCase{"-1", "-1"},
                                         ArchCase{"18446744073709551615", "18446744073709551615"},
                                         ArchCase{"\"first9\"", "first9"}, ArchCase{"\"\"", ""}, ArchCase{"null", ""},
                                         ArchCase{"", ""}, ArchCase{"{\"name\":\"Max 1550\",\"arch\":3}", "Max_1550"},
                                         ArchCase{"{\"arch\": 12}", "12"},
                                         ArchCase{"{\"name\":\"\",\"architecture\":\"x2\"}", "x2"},
                                         ArchCase{"{\"name\":[1],\"b\":2}", "{\"name\":[1],\"b\":2}"},
                                         ArchCase{"[1, 2]", "[1,2]"}, ArchCase{"true", "true"},
                                         ArchCase{"\"a\\nb\\u001b\\u202e\"", "a_b__"}, ArchCase{"not json", "not_json"},
                                         ArchCase{"\xff", "_"}));

TEST(NeutralArchBounds, StaysWithin64BytesAtACharactersBorder) {
  EXPECT_EQ(neutral_arch('"' + std::string(100, 'a') + '"'), std::string(64, 'a'));
  std::string wide;
  for (int i = 0; i < 40; ++i) wide += "\xe4\xb8\xad";
  EXPECT_EQ(neutral_arch('"' + wide + '"').size(), 63u);
}

TEST(NeutralArchBounds, DeepNestingIsText) { EXPECT_EQ(neutral_arch(std::string(100000, '[')).size(), 64u); }

}  // namespace
}  // namespace tcm::backend
