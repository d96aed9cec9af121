// SPDX-License-Identifier: Apache-2.0
// Questions and answers of the plugin extensions tcm.occupancy/1 and tcm.compatible/1, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/backend/load/answers.hpp"
#include "core/model/resource.hpp"

namespace tcm::backend {

/// A kernel, and the architecture of the device that it shall be judged on. Borrowed for the call.
struct OccupancyQuestion {
  std::string_view target;  ///< Triton's name
  std::string_view arch;    ///< canonical form
  std::span<const model::Resource> figures;
  LaunchFacts launch;
};

/// How many blocks of a kernel a multiprocessor (a compute unit) holds at once. Checked: blocks * warps_per_block is at
/// most max_warps, which is not 0.
struct Occupancy {
  std::uint32_t blocks = 0;  ///< 0: not even one fits
  std::uint32_t warps_per_block = 0;
  std::uint32_t max_warps = 0;
  std::string limited_by;  ///< what keeps the next block out: "registers", "shared", "warps", "blocks", joined by '+'
  std::uint64_t shared_bytes = 0;           ///< of a block, as allocated
  std::uint64_t shared_bytes_per_unit = 0;  ///< that all blocks share
  std::uint64_t next_shared_bytes = 0;      ///< dynamic bytes with which one more block fits; 0: no such step
  std::uint64_t next_registers = 0;         ///< registers per thread, likewise

  std::uint32_t warps() const { return blocks * warps_per_block; }
  double share() const { return static_cast<double>(warps()) / max_warps; }  ///< 0 to 1
};

enum class Compatibility : std::uint8_t { no, native, forward };

}  // namespace tcm::backend
