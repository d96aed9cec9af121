// SPDX-License-Identifier: Apache-2.0
// The host walks the extensions of a backend that is really there.
#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "core/backend/registry.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::backend {
namespace {

Registry cuda_registry(const test::TempDir& dir) {
  std::filesystem::copy_file(TCM_TEST_BACKEND, dir / "libtcm_backend_cuda.so");
  SearchOptions options;
  options.environment = {};
  options.plugin_path = {dir.path().string()};
  return Registry::load(options);
}

// 96 KiB and the 1 KiB of the driver go twice into 228 KiB; 100 registers would allow 4 blocks.
TEST(Extensions, OccupancyOfAKernelIsWhatTheBackendComputes) {
  const test::TempDir dir;
  const Registry registry = cuda_registry(dir);
  const std::vector<model::Resource> figures{{"registers", "", std::int64_t{100}}, {"arch", "", std::string("90")}};
  const OccupancyQuestion question{"cuda", "90", figures, {.num_warps = 4, .dynamic_shared_bytes = 96 * 1024}};
  const auto occupancy = registry.occupancy(question);
  ASSERT_TRUE(occupancy);
  EXPECT_EQ(occupancy->blocks, 2u);
  EXPECT_EQ(occupancy->warps(), 8u);
  EXPECT_EQ(occupancy->max_warps, 64u);
  EXPECT_DOUBLE_EQ(occupancy->share(), 0.125);
  EXPECT_EQ(occupancy->limited_by, "shared");
  EXPECT_EQ(occupancy->next_shared_bytes, 76800u);  // a third of 233,472 less 1,024
}

TEST(Extensions, WhatIsUnknownIsAbsent) {
  const test::TempDir dir;
  const Registry registry = cuda_registry(dir);
  const std::vector<model::Resource> figures{{"registers", "", std::int64_t{100}}};
  EXPECT_FALSE(registry.occupancy({"cuda", "90", figures, {}})) << "nothing is known of the launch";
  EXPECT_FALSE(registry.occupancy({"cuda", "90", {}, {.num_warps = 4, .dynamic_shared_bytes = 0}}));
  EXPECT_FALSE(registry.occupancy({"cuda", "999", figures, {.num_warps = 4, .dynamic_shared_bytes = 0}}));
  EXPECT_FALSE(registry.occupancy({"cuda", "90", figures, {.num_warps = -4, .dynamic_shared_bytes = 0}}));
  EXPECT_FALSE(registry.occupancy({"metal", "90", figures, {.num_warps = 4, .dynamic_shared_bytes = 0}}));
}

TEST(Extensions, CompatibilityIsWhatTheBackendSays) {
  const test::TempDir dir;
  const Registry registry = cuda_registry(dir);
  EXPECT_EQ(registry.runs_on("cuda", "80", "86"), Compatibility::native);
  EXPECT_EQ(registry.runs_on("cuda", "80", "90"), Compatibility::forward);
  EXPECT_EQ(registry.runs_on("cuda", "90", "80"), Compatibility::no);
  EXPECT_FALSE(registry.runs_on("cuda", "gfx942", "90"));
  EXPECT_FALSE(registry.runs_on("metal", "1", "1"));
}

}  // namespace
}  // namespace tcm::backend
