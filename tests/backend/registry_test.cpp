// SPDX-License-Identifier: Apache-2.0
#include "core/backend/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tcm/plugin/plugin.h"
#include "tests/backend/plugin_dir.hpp"

namespace tcm::backend {
namespace {

using test::PluginDir;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Registry, KnowsWhatAPluginSaysOfItself) {
  PluginDir dir;
  const std::string path = dir.add("good");
  const Registry registry = dir.load();
  ASSERT_THAT(registry.plugins(), SizeIs(1));
  const PluginInfo plugin = registry.plugins()[0];
  EXPECT_EQ(plugin.id, "org.tcm.test");
  EXPECT_EQ(plugin.display_name, "A plugin for tests");
  EXPECT_EQ(plugin.version, "1.2.3");
  EXPECT_EQ(plugin.vendor, "tcm");
  EXPECT_EQ(plugin.url, "https://example.org/");
  EXPECT_EQ(plugin.path, path);
  EXPECT_EQ(plugin.abi_major, 1);
  EXPECT_EQ(plugin.abi_minor, TCM_PLUGIN_ABI_MINOR);
  ASSERT_THAT(plugin.targets, SizeIs(1));
  EXPECT_EQ(plugin.targets[0].name, "alpha");
  EXPECT_THAT(plugin.targets[0].aliases, ElementsAre("First"));
  ASSERT_THAT(plugin.file_types, SizeIs(1));
  EXPECT_EQ(plugin.file_types[0].extension, ".tst");
  EXPECT_EQ(plugin.file_types[0].kind, model::ArtifactKind::binary);
  EXPECT_EQ(plugin.file_types[0].label, "tst");
  EXPECT_THAT(plugin.path_fields, ElementsAre("work_dir"));
  EXPECT_TRUE(plugin.has_probe);
  EXPECT_TRUE(plugin.has_validate);
  EXPECT_FALSE(plugin.serial_only);
}

TEST(Registry, APluginOfALaterMinorLoads) {
  PluginDir dir;
  dir.add("newer_minor_bigger_struct");
  const Registry registry = dir.load();
  ASSERT_THAT(registry.plugins(), SizeIs(1));
  EXPECT_EQ(registry.plugins()[0].abi_minor, 7);
  EXPECT_EQ(registry.plugins()[0].file_types[0].kind, model::ArtifactKind::other) << "a kind of a later minor";
}

TEST(Registry, FlagsThatTheHostDoesNotKnowAreIgnored) {
  PluginDir dir;
  dir.add("serial_only");
  ASSERT_THAT(dir.load().plugins(), SizeIs(1));
  EXPECT_TRUE(dir.load().plugins()[0].serial_only);
}

TEST(Registry, WithoutPluginsAnswersNeutrally) {
  const Registry registry;
  EXPECT_THAT(registry.plugins(), IsEmpty());
  EXPECT_FALSE(registry.target_of_word("alpha"));
  EXPECT_THAT(registry.file_types(), IsEmpty());
  EXPECT_EQ(registry.arch_from_metadata("alpha", "90"), "90");
  EXPECT_EQ(registry.arch_for_people("alpha", "90"), "90");
  EXPECT_THAT(registry.arch_from_user("90"), ElementsAre(Registry::TargetArch{"", "90"}));
  ArtifactView artifact;
  artifact.target = "alpha";
  EXPECT_EQ(registry.probe(artifact).status, Status::not_applicable);
  EXPECT_EQ(registry.plugin_of("alpha"), nullptr);
}

TEST(Registry, NoPluginsLoadsNone) {
  PluginDir dir;
  dir.add("good");
  auto options = dir.options();
  options.no_plugins = true;
  const Registry registry = Registry::load(options);
  EXPECT_THAT(registry.plugins(), IsEmpty());
  EXPECT_THAT(registry.refusals(), IsEmpty());
}

TEST(Registry, AUsersWordFindsTheTarget) {
  PluginDir dir;
  dir.add("good");
  dir.add("second");
  const Registry registry = dir.load();
  EXPECT_EQ(registry.target_of_word("alpha"), "alpha");
  EXPECT_EQ(registry.target_of_word("ALPHA"), "alpha");
  EXPECT_EQ(registry.target_of_word("first"), "alpha");
  EXPECT_EQ(registry.target_of_word("FIRST"), "alpha");
  EXPECT_EQ(registry.target_of_word("G-2"), "gamma");
  EXPECT_FALSE(registry.target_of_word("beta"));
  EXPECT_FALSE(registry.target_of_word(""));
  EXPECT_THAT(registry.aliases_of("gamma"), ElementsAre("g-2"));
  EXPECT_THAT(registry.aliases_of("beta"), IsEmpty());
}

TEST(Registry, FileTypesComeByTarget) {
  PluginDir dir;
  dir.add("good", "b");
  dir.add("second", "a");
  const auto types = dir.load().file_types();
  ASSERT_THAT(types, SizeIs(2));
  EXPECT_EQ(types[0].target, "gamma");
  EXPECT_EQ(types[1].target, "alpha");
  EXPECT_EQ(types[1].extension, ".tst");
  EXPECT_EQ(types[1].label, "tst");
}

TEST(Registry, ThePluginSpellsArchitectures) {
  PluginDir dir;
  dir.add("good");
  const Registry registry = dir.load();
  EXPECT_EQ(registry.arch_from_metadata("alpha", "\"T-7\""), "7");
  EXPECT_EQ(registry.arch_from_metadata("alpha", "12"), "12") << "not one of its own";
  EXPECT_EQ(registry.arch_from_metadata("beta", "\"T-7\""), "T-7") << "another target";
  EXPECT_EQ(registry.arch_for_people("alpha", "7"), "tst_7");
  EXPECT_EQ(registry.arch_for_people("beta", "7"), "7");
  EXPECT_EQ(registry.arch_for_people("alpha", std::string(300, '7')), std::string(300, '7')) << "does not fit";
}

TEST(Registry, ABadSpellingIsReplacedByTheNeutralOne) {
  PluginDir dir;
  dir.add("good");
  const Registry registry = dir.load();
  for (const char* word : {"throw", "blank", "latin1", "overlong"})
    EXPECT_EQ(registry.arch_from_metadata("alpha", '"' + std::string(word) + '"'), word);
}

TEST(Registry, AUsersArchitectureIsAskedOfEveryPlugin) {
  PluginDir dir;
  dir.add("good");
  dir.add("second");
  const Registry registry = dir.load();
  EXPECT_THAT(registry.arch_from_user("tst_7"),
              ElementsAre(Registry::TargetArch{"alpha", "7"}, Registry::TargetArch{"gamma", "7"},
                          Registry::TargetArch{"", "tst_7"}));
  EXPECT_THAT(registry.arch_from_user("tst_7", {"gamma"}),
              ElementsAre(Registry::TargetArch{"gamma", "7"}, Registry::TargetArch{"", "tst_7"}));
  EXPECT_THAT(registry.arch_from_user("unknown"), ElementsAre(Registry::TargetArch{"", "unknown"}));
}

TEST(Registry, MovesWithItsPlugins) {
  PluginDir dir;
  dir.add("good");
  Registry first = dir.load();
  Registry second = std::move(first);
  first = Registry();
  EXPECT_EQ(second.arch_for_people("alpha", "1"), "tst_1");
}

}  // namespace
}  // namespace tcm::backend
