// SPDX-License-Identifier: Apache-2.0
// Every plugin that misbehaves is refused with its path, the stage and the reason, and the next one still loads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backend/plugin_dir.hpp"

namespace tcm::backend {
namespace {

using test::PluginDir;
using testing::HasSubstr;
using testing::SizeIs;

struct Misbehaviour {
  const char* module;
  Stage stage;
  const char* reason;
};

void PrintTo(const Misbehaviour& misbehaviour, std::ostream* out) { *out << misbehaviour.module; }

class Refused : public testing::TestWithParam<Misbehaviour> {};

TEST_P(Refused, WithPathStageAndReason) {
  PluginDir dir;
  const std::string path = dir.add(GetParam().module, "bad");
  dir.add("second", "next");
  const Registry registry = dir.load();
  ASSERT_THAT(registry.refusals(), SizeIs(1));
  const Refusal& refusal = registry.refusals()[0];
  EXPECT_EQ(refusal.path, path);
  EXPECT_EQ(refusal.stage, GetParam().stage) << to_string(refusal.stage);
  EXPECT_THAT(refusal.reason, HasSubstr(GetParam().reason));
  EXPECT_EQ(refusal.reason.find('\n'), std::string::npos);
  ASSERT_THAT(registry.plugins(), SizeIs(1));
  EXPECT_EQ(registry.plugins()[0].id, "org.tcm.second");
}

INSTANTIATE_TEST_SUITE_P(Plugins, Refused,
                         testing::Values(Misbehaviour{"no_entry", Stage::symbols, "tcm_kernel_backend_plugin_v1"},
                                         Misbehaviour{"wrong_major", Stage::symbols, "major version 2"},
                                         Misbehaviour{"entry_null", Stage::entry, "no descriptor"},
                                         Misbehaviour{"entry_throws", Stage::entry, "no entry today"},
                                         Misbehaviour{"struct_major", Stage::descriptor, "abi_major is 2"},
                                         Misbehaviour{"small_struct", Stage::descriptor, "struct_size is 100"},
                                         Misbehaviour{"null_id", Stage::descriptor, "id is null"},
                                         Misbehaviour{"bad_id", Stage::descriptor, "id 'Org.tcm..test'"},
                                         Misbehaviour{"bad_utf8", Stage::descriptor, "display_name is not UTF-8"},
                                         Misbehaviour{"bad_version", Stage::descriptor, "version '1.2'"},
                                         Misbehaviour{"long_name", Stage::descriptor, "longer than 255 bytes"},
                                         Misbehaviour{"reserved", Stage::descriptor, "reserved"},
                                         Misbehaviour{"no_target", Stage::descriptor, "no target"},
                                         Misbehaviour{"bad_target", Stage::descriptor, "'Alpha'"},
                                         Misbehaviour{"twice_target", Stage::descriptor, "'alpha' is there twice"},
                                         Misbehaviour{"null_target", Stage::descriptor, "no target"},
                                         Misbehaviour{"small_target", Stage::descriptor, "targets[0].struct_size is 8"},
                                         Misbehaviour{"wild_count", Stage::descriptor, "4294967295"},
                                         Misbehaviour{"bad_extension", Stage::descriptor, "'../x'"},
                                         Misbehaviour{"no_close", Stage::descriptor, "close is null"},
                                         Misbehaviour{"open_fails", Stage::open, "unsupported_version"},
                                         Misbehaviour{"open_throws", Stage::open, "exception"}),
                         [](const auto& misbehaviour) { return std::string(misbehaviour.param.module); });

TEST(Refusals, ASecondPluginOfAnIdIsNamedWithTheFirst) {
  PluginDir dir;
  const std::string first = dir.add("good", "a");
  dir.add("dup_id", "b");
  const Registry registry = dir.load();
  ASSERT_THAT(registry.plugins(), SizeIs(1));
  ASSERT_THAT(registry.refusals(), SizeIs(1));
  EXPECT_EQ(registry.refusals()[0].stage, Stage::duplicate);
  EXPECT_THAT(registry.refusals()[0].reason, HasSubstr(first));
}

TEST(Refusals, ATargetThatIsServedAlreadyIsShadowed) {
  PluginDir dir;
  dir.add("good", "a");
  const std::string second = dir.add("dup_target", "b");
  const Registry registry = dir.load();
  EXPECT_THAT(registry.plugins(), SizeIs(2));
  EXPECT_THAT(registry.refusals(), SizeIs(0));
  ASSERT_THAT(registry.shadowed(), SizeIs(1));
  EXPECT_EQ(registry.shadowed()[0].target, "alpha");
  EXPECT_EQ(registry.shadowed()[0].plugin_id, "org.tcm.rival");
  EXPECT_EQ(registry.shadowed()[0].plugin_path, second);
  EXPECT_EQ(registry.shadowed()[0].served_by, "org.tcm.test");
  EXPECT_EQ(registry.plugins()[1].targets[0].shadowed_by, "org.tcm.test");
  EXPECT_EQ(registry.plugin_of("alpha")->id, "org.tcm.test");
  EXPECT_FALSE(registry.target_of_word("rival")) << "a shadowed target's words do not count";
  EXPECT_THAT(registry.file_types(), SizeIs(1));
}

TEST(Refusals, DisabledPluginsAreRecordedAndNotOpened) {
  PluginDir dir;
  dir.add("good", "a");
  dir.add("second", "b");
  auto options = dir.options();
  options.disable = {"a", "org.tcm.second"};
  const Registry registry = Registry::load(options);
  EXPECT_THAT(registry.plugins(), SizeIs(0));
  ASSERT_THAT(registry.refusals(), SizeIs(2));
  EXPECT_EQ(registry.refusals()[0].stage, Stage::disabled);
  EXPECT_EQ(registry.refusals()[1].stage, Stage::disabled);
}

TEST(Refusals, AnObjectWithAMissingLibraryNamesIt) {
  PluginDir dir;
  std::string bytes = test::read_file(test::module_path("good"));
  const auto place = bytes.find("libstdc++.so.6");
  if (place == std::string::npos) GTEST_SKIP() << "the C++ library is linked statically here";
  bytes.replace(place, 9, "libnone++");
  dir.add_bytes(bytes, "needy");
  const Registry registry = dir.load();
  ASSERT_THAT(registry.refusals(), SizeIs(1));
  EXPECT_EQ(registry.refusals()[0].stage, Stage::load);
  EXPECT_THAT(registry.refusals()[0].reason, HasSubstr("libnone++"));
}

}  // namespace
}  // namespace tcm::backend
