// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <tcm/plugin/extensions.hpp>

// How many blocks of a kernel a streaming multiprocessor holds.
namespace tcm::cuda_backend {

// Limits of one multiprocessor.
struct SmLimits {
  uint32_t threads;
  uint32_t blocks;
  uint32_t registers;
  uint32_t shared_bytes;           // the largest carve-out
  uint32_t reserved_shared_bytes;  // what the driver takes of it for each block
  uint32_t shared_unit;            // bytes
};

// By canonical architecture; null for one that is not in the table.
const SmLimits* sm_limits(std::string_view arch);

struct KernelDemand {
  uint64_t registers;  // per thread
  uint64_t threads;    // per block
  uint64_t static_shared_bytes;
  uint64_t dynamic_shared_bytes;
};

// Nothing for a demand without threads or registers, which no kernel has.
std::optional<tcm_occupancy> occupancy_of(const SmLimits& limits, const KernelDemand& demand);

// tcm.occupancy/1
tcm_status occupancy(const plugin::OccupancyQuestion& question, tcm_occupancy& out);

}  // namespace tcm::cuda_backend
