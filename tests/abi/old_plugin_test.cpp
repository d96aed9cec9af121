// SPDX-License-Identifier: Apache-2.0
// A plugin built with a verbatim copy of the released 1.0 header still loads and answers.
#include <filesystem>
#include <string_view>

#include <gtest/gtest.h>

#include "core/backend/registry.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::backend {
namespace {

TEST(OldPlugin, OfVersion10Works) {
  const test::TempDir dir;
  std::filesystem::copy_file(TCM_TEST_OLD_PLUGIN, dir / "libtcm_backend_oldie.so");
  SearchOptions options;
  options.environment = {};
  options.plugin_path = {dir.path().string()};
  const Registry registry = Registry::load(options);
  ASSERT_EQ(registry.plugins().size(), 1u) << registry.refusals().at(0).reason;
  EXPECT_EQ(registry.plugins()[0].abi_minor, 0);
  EXPECT_EQ(registry.target_of_word("Ancient"), "oldie");
  EXPECT_EQ(registry.arch_from_metadata("oldie", "7"), "v7");

  constexpr std::string_view kBytes = "OLD1 and more";
  ArtifactView artifact;
  artifact.bytes = {reinterpret_cast<const std::uint8_t*>(kBytes.data()), kBytes.size()};
  artifact.extension = ".old";
  artifact.target = "oldie";
  const Report report = registry.probe(artifact);
  EXPECT_EQ(report.status, Status::ok);
  ASSERT_EQ(report.attributes.size(), 1u);
  EXPECT_EQ(report.attributes[0].key, "code_bytes");
  EXPECT_EQ(std::get<std::uint64_t>(report.attributes[0].value), kBytes.size() - 4);
  ASSERT_EQ(report.diagnostics.size(), 1u);
  EXPECT_EQ(report.diagnostics[0].text, "written in 1.0");
  EXPECT_EQ(report.diagnostics[0].code, "");
  // What came later is absent, and nothing else is the matter.
  const model::Resource registers{"registers", "", std::int64_t{64}};
  EXPECT_FALSE(registry.occupancy({"oldie", "v7", {&registers, 1}, {}}));
  EXPECT_FALSE(registry.runs_on("oldie", "v7", "v7"));
}

}  // namespace
}  // namespace tcm::backend
