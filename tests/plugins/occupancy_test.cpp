// SPDX-License-Identifier: Apache-2.0
//
// tcm.occupancy/1 and tcm.compatible/1 of the CUDA backend, asked through the interface. tests/data/occupancy-sm90 is
// what cuOccupancyMaxActiveBlocksPerMultiprocessor of a driver on an H100 said.
#include "tcm/plugin/occupancy.h"

#include <cstdlib>
#include <optional>

#include <gtest/gtest.h>

#include "tcm/plugin/compatible.h"
#include "tests/plugins/samples.hpp"

namespace tcm::plugin_test {
namespace {

tcm_str text(std::string_view s) { return {s.data(), s.size()}; }

struct Kernel {
  uint64_t registers = 0;
  uint32_t threads = 0;
  uint64_t dynamic_shared = 0;
  uint64_t static_shared = 0;
};

tcm_attr figure(std::string_view key, uint64_t value) {
  tcm_attr attr{};
  attr.struct_size = TCM_STRUCT_SIZE(tcm_attr, value);
  attr.type = TCM_ATTR_U64;
  attr.key = text(key);
  attr.value.u64 = value;
  return attr;
}

tcm_launch launch_of(const Kernel& kernel) {
  tcm_launch launch{};
  launch.struct_size = TCM_STRUCT_SIZE(tcm_launch, dynamic_shared_bytes);
  launch.known = TCM_LAUNCH_NUM_WARPS | TCM_LAUNCH_DYNAMIC_SHARED_BYTES;
  launch.num_warps = kernel.threads / 32;
  launch.dynamic_shared_bytes = kernel.dynamic_shared;
  return launch;
}

std::optional<tcm_occupancy> ask(const Kernel& kernel, std::string_view arch, bool with_launch = true) {
  const auto* extension =
      static_cast<const tcm_plugin_occupancy*>(cuda_backend().descriptor().get_extension(TCM_EXT_OCCUPANCY));
  const tcm_launch launch = launch_of(kernel);
  const tcm_attr registers = figure(TCM_ATTR_REGISTERS, kernel.registers);
  const tcm_attr shared = figure(TCM_ATTR_SHARED_BYTES, kernel.static_shared);
  const tcm_attr* const figures[] = {&registers, &shared};
  const tcm_occupancy_question question{TCM_STRUCT_SIZE(tcm_occupancy_question, arch),
                                        2,
                                        figures,
                                        with_launch ? &launch : nullptr,
                                        text("cuda"),
                                        text(arch)};
  tcm_occupancy out{};
  out.struct_size = TCM_STRUCT_SIZE(tcm_occupancy, next_registers);
  return extension->compute(nullptr, &question, &out) == TCM_OK ? std::optional(out) : std::nullopt;
}

uint64_t number(const Row& row, const char* column) { return std::strtoull(row.at(column).c_str(), nullptr, 10); }

TEST(Occupancy, EveryKernelThatADriverJudged) {
  const auto rows = read_rows("occupancy-sm90", "kernels.csv");
  ASSERT_EQ(rows.size(), 180u);
  for (const Row& row : rows) {
    const Kernel kernel{number(row, "regs"), static_cast<uint32_t>(number(row, "num_warps") * 32),
                        number(row, "shared"), number(row, "static_shared")};
    const auto answer = ask(kernel, "90");
    ASSERT_TRUE(answer) << row.at("name");
    EXPECT_EQ(answer->blocks_per_unit, number(row, "blocks_per_sm")) << row.at("name");
    const double occupancy = double(answer->blocks_per_unit) * answer->warps_per_block / answer->max_warps_per_unit;
    EXPECT_DOUBLE_EQ(occupancy, std::strtod(row.at("occupancy").c_str(), nullptr)) << row.at("name");
  }
}

// Real kernels leave two of the rules untouched: what the driver reserves, and the step of shared memory.
TEST(Occupancy, EveryPointOfTheSweepThatADriverJudged) {
  const auto rows = read_rows("occupancy-sm90", "sweep.csv");
  ASSERT_EQ(rows.size(), 8000u);
  for (const Row& row : rows) {
    const Kernel kernel{number(row, "regs"), static_cast<uint32_t>(number(row, "threads")),
                        number(row, "dynamic_shared")};
    const auto answer = ask(kernel, "90");
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->blocks_per_unit, number(row, "blocks_per_sm"))
        << kernel.registers << " registers, " << kernel.threads << " threads, " << kernel.dynamic_shared << " B";
  }
}

// By hand, from "Technical Specifications per Compute Capability" of the CUDA C++ Programming Guide. Tile: 64
// registers, 4 warps, 20 KiB; registers alone allow 8 blocks (2,048 a warp, 8 warps in each quarter of 65,536). Tiny:
// 16 registers, 1 warp, which only the number of blocks limits. Wide: 32 registers, 32 warps.
struct Expected {
  const char* arch;
  uint32_t tile;
  tcm_limiter tile_limiter;
  uint32_t tiny;
  uint32_t wide;
};
constexpr Expected kByHand[] = {
    {"70", 4, TCM_LIMITED_BY_SHARED, 32, 2},      // 98,304 / 20,480
    {"72", 4, TCM_LIMITED_BY_SHARED, 32, 2},      //
    {"75", 3, TCM_LIMITED_BY_SHARED, 16, 1},      // 65,536 / 20,480
    {"80", 7, TCM_LIMITED_BY_SHARED, 32, 2},      // 167,936 / 21,504
    {"86", 4, TCM_LIMITED_BY_SHARED, 16, 1},      // 102,400 / 21,504
    {"87", 7, TCM_LIMITED_BY_SHARED, 16, 1},      //
    {"89", 4, TCM_LIMITED_BY_SHARED, 24, 1},      //
    {"90", 8, TCM_LIMITED_BY_REGISTERS, 32, 2},   // 233,472 / 21,504 is 10
    {"100", 8, TCM_LIMITED_BY_REGISTERS, 32, 2},  //
    {"101", 8, TCM_LIMITED_BY_REGISTERS, 24, 1},  //
    {"103", 8, TCM_LIMITED_BY_REGISTERS, 32, 2},  //
    {"110", 8, TCM_LIMITED_BY_REGISTERS, 24, 1},  //
    {"120", 4, TCM_LIMITED_BY_SHARED, 24, 1},     //
    {"121", 4, TCM_LIMITED_BY_SHARED, 24, 1},     //
};

TEST(Occupancy, EveryArchitectureByHand) {
  for (const Expected& expected : kByHand) {
    const auto tile = ask({64, 128, 20 * 1024}, expected.arch);
    ASSERT_TRUE(tile) << expected.arch;
    EXPECT_EQ(tile->blocks_per_unit, expected.tile) << expected.arch;
    EXPECT_EQ(tile->limiter, expected.tile_limiter) << expected.arch;
    const auto tiny = ask({16, 32}, expected.arch);
    ASSERT_TRUE(tiny) << expected.arch;
    EXPECT_EQ(tiny->blocks_per_unit, expected.tiny) << expected.arch;
    const auto wide = ask({32, 1024}, expected.arch);
    ASSERT_TRUE(wide) << expected.arch;
    EXPECT_EQ(wide->blocks_per_unit, expected.wide) << expected.arch;
  }
}

TEST(Occupancy, TheNextStepLeadsToOneMoreBlockAndABiggerOneDoesNot) {
  const auto shared = ask({64, 128, 100000}, "90");
  ASSERT_TRUE(shared);
  ASSERT_EQ(shared->limiter, tcm_limiter{TCM_LIMITED_BY_SHARED});
  EXPECT_EQ(ask({64, 128, shared->next_shared_bytes}, "90")->blocks_per_unit, shared->blocks_per_unit + 1);
  EXPECT_EQ(ask({64, 128, shared->next_shared_bytes + 1}, "90")->blocks_per_unit, shared->blocks_per_unit);

  for (const uint32_t threads : {32u, 128u, 256u, 512u}) {
    const auto registers = ask({200, threads}, "90");
    ASSERT_TRUE(registers);
    ASSERT_EQ(registers->limiter, tcm_limiter{TCM_LIMITED_BY_REGISTERS});
    EXPECT_GT(ask({registers->next_registers, threads}, "90")->blocks_per_unit, registers->blocks_per_unit);
    EXPECT_EQ(ask({registers->next_registers + 1, threads}, "90")->blocks_per_unit, registers->blocks_per_unit);
  }
}

TEST(Occupancy, WhatCannotBeLaunchedHasNoBlockAndWhatIsUnknownNoAnswer) {
  const auto too_large = ask({64, 128, 300000}, "90");
  ASSERT_TRUE(too_large);
  EXPECT_EQ(too_large->blocks_per_unit, 0u);
  EXPECT_EQ(too_large->limiter, tcm_limiter{TCM_LIMITED_BY_SHARED});
  EXPECT_FALSE(ask({64, 128}, "999"));
  EXPECT_FALSE(ask({64, 128}, ""));
  EXPECT_FALSE(ask({0, 128}, "90"));
  EXPECT_FALSE(ask({64, 0}, "90"));
  EXPECT_FALSE(ask({64, 4096}, "90"));
  EXPECT_FALSE(ask({64, 128, UINT64_MAX}, "90"));
  EXPECT_FALSE(ask({64, 128}, "90", false)) << "dynamic shared memory is unknown without a launch";
}

std::optional<tcm_compatibility> runs_on(std::string_view kernel, std::string_view device) {
  const auto* extension =
      static_cast<const tcm_plugin_compatible*>(cuda_backend().descriptor().get_extension(TCM_EXT_COMPATIBLE));
  tcm_compatibility out = 77;
  const tcm_status status = extension->runs_on(nullptr, text("cuda"), text(kernel), text(device), &out);
  return status == TCM_OK ? std::optional(out) : std::nullopt;
}

TEST(Compatible, BinariesStayInTheirMajorVersionAndPtxGoesForward) {
  EXPECT_EQ(runs_on("80", "80"), tcm_compatibility{TCM_RUNS_NATIVELY});
  EXPECT_EQ(runs_on("80", "86"), tcm_compatibility{TCM_RUNS_NATIVELY});
  EXPECT_EQ(runs_on("86", "80"), tcm_compatibility{TCM_RUNS_NOT});
  EXPECT_EQ(runs_on("80", "90"), tcm_compatibility{TCM_RUNS_FORWARD});
  EXPECT_EQ(runs_on("75", "120"), tcm_compatibility{TCM_RUNS_FORWARD});
  EXPECT_EQ(runs_on("90", "90"), tcm_compatibility{TCM_RUNS_NATIVELY});
  EXPECT_EQ(runs_on("90", "100"), tcm_compatibility{TCM_RUNS_NOT}) << "Triton builds for sm_90a";
  EXPECT_EQ(runs_on("100", "103"), tcm_compatibility{TCM_RUNS_NOT}) << "sm_100a";
  EXPECT_EQ(runs_on("gfx942", "90"), std::nullopt);
  EXPECT_EQ(runs_on("90", ""), std::nullopt);
}

TEST(Extensions, AnUnknownIdHasNone) {
  EXPECT_EQ(cuda_backend().descriptor().get_extension("tcm.occupancy/2"), nullptr);
  EXPECT_EQ(cuda_backend().descriptor().get_extension(""), nullptr);
}

}  // namespace
}  // namespace tcm::plugin_test
