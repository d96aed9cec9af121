// SPDX-License-Identifier: Apache-2.0
// The example's reader of a text that a compiler writes, and of texts that none does.
#include "sdk/examples/xpu/ze_info.hpp"

#include <string>

#include <gtest/gtest.h>

namespace xpu {
namespace {

constexpr std::string_view kTwoKernels = R"(---
version:         '1.39'
kernels:
  - name:            first
    user_attributes:
      intel_reqd_sub_group_size: 32
    execution_env:
      barrier_count:   2
      grf_count:       256
      private_size:    48
      required_work_group_size: [ 1, 2, 3 ]
      simd_size:       16
      slm_size:        4096
      spill_size:      1088
    payload_arguments:
      - arg_type:        arg_bypointer
        offset:          32
        size:            8
    per_thread_memory_buffers:
      - type:            scratch
        usage:           private_space
        size:            1024
      - type:            global
        usage:           private_space
        size:            7777
      - type:            scratch
        usage:           spill_fill_space
        size:            512
        slot:            1
  - name:            'it''s second'
    execution_env:
      grf_count:       128
      simd_size:       32
functions:
  - name:            not_a_kernel
    execution_env:
      grf_count:       8
kernels_misc_info:
  - name:            first
    args_info:
      - index:           0
...
)";

TEST(ZeInfo, KernelsWithTheirFigures) {
  const auto kernels = read_ze_info(kTwoKernels);
  ASSERT_EQ(kernels.size(), 2u);
  EXPECT_EQ(kernels[0].name, "first");
  EXPECT_EQ(kernels[0].grf_count, 256u);
  EXPECT_EQ(kernels[0].simd_size, 16u);
  EXPECT_EQ(kernels[0].slm_bytes, 4096u);
  EXPECT_EQ(kernels[0].barrier_count, 2u);
  EXPECT_EQ(kernels[0].private_bytes, 48u);
  EXPECT_EQ(kernels[0].spill_bytes, 1088u);
  EXPECT_EQ(kernels[0].scratch_bytes, 1536u);
  EXPECT_EQ(kernels[1].name, "it's second");
  EXPECT_EQ(kernels[1].grf_count, 128u);
  EXPECT_EQ(kernels[1].spill_bytes, std::nullopt) << "absent is not zero";
  EXPECT_EQ(kernels[1].scratch_bytes, 0u);
}

TEST(ZeInfo, EveryCutGivesWhatCameBefore) {
  for (std::size_t size = 0; size <= kTwoKernels.size(); ++size)
    EXPECT_LE(read_ze_info(kTwoKernels.substr(0, size)).size(), 2u) << size;
}

TEST(ZeInfo, WhatIsNoFigureIsNone) {
  const auto kernels = read_ze_info(
      "kernels:\n  - name: \"k\\x00\"\n    execution_env:\n      grf_count: -1\n      simd_size: 99999999999999999999\n"
      "      slm_size: many\n      spill_size:\n      deeper:\n        grf_count: 5\n          - grf_count: 6\n");
  ASSERT_EQ(kernels.size(), 1u);
  EXPECT_EQ(kernels[0].name, "");
  EXPECT_EQ(kernels[0].grf_count, std::nullopt);
  EXPECT_EQ(kernels[0].simd_size, std::nullopt);
  EXPECT_EQ(kernels[0].slm_bytes, std::nullopt);
  EXPECT_EQ(kernels[0].spill_bytes, std::nullopt);
}

TEST(ZeInfo, OtherTexts) {
  for (const char* text : {"", "\n\n", ":", "- ", "  - - -", "kernels", "kernels: []", "- kernels:\n",
                           "execution_env:\n"
                           "  grf_count: 1",
                           "{kernels: [{name: x}]}", "kernels:\n    name: x\n    execution_env:"})
    EXPECT_TRUE(read_ze_info(text).empty()) << text;
}

TEST(ZeInfo, HasABound) {
  std::string many = "kernels:\n";
  for (int i = 0; i < 5000; ++i) many += "  - name: k\n    execution_env:\n      grf_count: 128\n";
  EXPECT_EQ(read_ze_info(many).size(), kMaxKernels);
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "kernels:\n";
  EXPECT_TRUE(read_ze_info(deep).empty());
  EXPECT_TRUE(read_ze_info(std::string(std::size_t{8} << 20, '-')).empty());
}

}  // namespace
}  // namespace xpu
