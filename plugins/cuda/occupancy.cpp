// SPDX-License-Identifier: Apache-2.0
#include "plugins/cuda/occupancy.hpp"

#include <algorithm>
#include <array>

namespace tcm::cuda_backend {
namespace {

constexpr uint64_t kWarp = 32;           // threads
constexpr uint64_t kPartitions = 4;      // of a multiprocessor, each with its part of the registers
constexpr uint64_t kRegisterUnit = 256;  // registers are given to a warp in such steps
constexpr uint32_t kRegisters = 65536;
constexpr uint32_t kKiB = 1024;
constexpr uint64_t kMaxThreadsPerBlock = 1024;
constexpr uint64_t kMaxRegistersPerThread = 255;
constexpr uint64_t kMaxSharedBytes = uint64_t{1} << 32;  // far beyond every device; keeps sums from overflowing

struct Row {
  std::string_view arch;
  SmLimits limits;
};

// Threads, blocks, registers and shared memory of a multiprocessor: the table "Technical Specifications per Compute
// Capability" of the CUDA C++ Programming Guide. Steps of allocation and what is reserved: the tables behind
// cudaOccupancyMaxActiveBlocksPerMultiprocessor; those of 9.0 were measured against the driver. 10.1 is the name that
// 11.0 had before CUDA 13.
constexpr std::array kRows{
    Row{"70", {2048, 32, kRegisters, 96 * kKiB, 0, 256}},
    Row{"72", {2048, 32, kRegisters, 96 * kKiB, 0, 256}},
    Row{"75", {1024, 16, kRegisters, 64 * kKiB, 0, 256}},
    Row{"80", {2048, 32, kRegisters, 164 * kKiB, kKiB, 128}},
    Row{"86", {1536, 16, kRegisters, 100 * kKiB, kKiB, 128}},
    Row{"87", {1536, 16, kRegisters, 164 * kKiB, kKiB, 128}},
    Row{"89", {1536, 24, kRegisters, 100 * kKiB, kKiB, 128}},
    Row{"90", {2048, 32, kRegisters, 228 * kKiB, kKiB, 128}},
    Row{"100", {2048, 32, kRegisters, 228 * kKiB, kKiB, 128}},
    Row{"101", {1536, 24, kRegisters, 228 * kKiB, kKiB, 128}},
    Row{"103", {2048, 32, kRegisters, 228 * kKiB, kKiB, 128}},
    Row{"110", {1536, 24, kRegisters, 228 * kKiB, kKiB, 128}},
    Row{"120", {1536, 24, kRegisters, 100 * kKiB, kKiB, 128}},
    Row{"121", {1536, 24, kRegisters, 100 * kKiB, kKiB, 128}},
};

uint64_t round_up(uint64_t value, uint64_t step) { return (value + step - 1) / step * step; }
uint64_t round_down(uint64_t value, uint64_t step) { return value / step * step; }

// A warp's registers lie in one partition, so what is left over in each is lost.
uint64_t blocks_by_registers(const SmLimits& limits, uint64_t per_warp, uint64_t warps) {
  return limits.registers / kPartitions / per_warp * kPartitions / warps;
}

uint64_t shared_of_block(const SmLimits& limits, uint64_t requested) {
  return round_up(requested + limits.reserved_shared_bytes, limits.shared_unit);
}

// The most dynamic bytes with which `blocks` fit; 0 when none would.
uint64_t shared_for(const SmLimits& limits, uint64_t blocks, uint64_t static_bytes) {
  const uint64_t taken = limits.reserved_shared_bytes + static_bytes;
  const uint64_t share = round_down(limits.shared_bytes / blocks, limits.shared_unit);
  return share > taken ? share - taken : 0;
}

// The most registers per thread with which `blocks` fit; 0 when none would.
uint64_t registers_for(const SmLimits& limits, uint64_t blocks, uint64_t warps) {
  const uint64_t warps_of_partition = (blocks * warps + kPartitions - 1) / kPartitions;
  const uint64_t per_warp = round_down(limits.registers / kPartitions / warps_of_partition, kRegisterUnit);
  return std::min(per_warp / kWarp, kMaxRegistersPerThread);
}

}  // namespace

const SmLimits* sm_limits(std::string_view arch) {
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [arch](const Row& known) { return known.arch == arch; });
  return row == kRows.end() ? nullptr : &row->limits;
}

std::optional<tcm_occupancy> occupancy_of(const SmLimits& limits, const KernelDemand& demand) {
  if (demand.threads == 0 || demand.threads > kMaxThreadsPerBlock) return std::nullopt;
  if (demand.registers == 0 || demand.registers > kMaxRegistersPerThread) return std::nullopt;
  if (demand.static_shared_bytes > kMaxSharedBytes || demand.dynamic_shared_bytes > kMaxSharedBytes)
    return std::nullopt;
  const uint64_t warps = (demand.threads + kWarp - 1) / kWarp;
  const uint64_t max_warps = limits.threads / kWarp;
  const uint64_t per_warp = round_up(demand.registers * kWarp, kRegisterUnit);
  const uint64_t shared = shared_of_block(limits, demand.static_shared_bytes + demand.dynamic_shared_bytes);
  const uint64_t by_registers = blocks_by_registers(limits, per_warp, warps);
  const uint64_t by_shared = shared == 0 ? UINT64_MAX : limits.shared_bytes / shared;
  const uint64_t by_warps = max_warps / warps;
  const uint64_t blocks = std::min({by_registers, by_shared, by_warps, uint64_t{limits.blocks}});

  tcm_occupancy out{};
  out.struct_size = TCM_STRUCT_SIZE(tcm_occupancy, next_registers);
  if (by_registers == blocks) out.limiter |= TCM_LIMITED_BY_REGISTERS;
  if (by_shared == blocks) out.limiter |= TCM_LIMITED_BY_SHARED;
  if (by_warps == blocks) out.limiter |= TCM_LIMITED_BY_WARPS;
  if (limits.blocks == blocks) out.limiter |= TCM_LIMITED_BY_BLOCKS;
  out.blocks_per_unit = static_cast<uint32_t>(blocks);
  out.warps_per_block = static_cast<uint32_t>(warps);
  out.max_warps_per_unit = static_cast<uint32_t>(max_warps);
  out.max_blocks_per_unit = limits.blocks;
  out.shared_bytes_per_block = shared;
  out.shared_bytes_per_unit = limits.shared_bytes;
  out.registers_per_warp = per_warp;
  out.registers_per_unit = limits.registers;
  // A step is told where it alone leads to one more block.
  if (out.limiter == TCM_LIMITED_BY_SHARED)
    out.next_shared_bytes = shared_for(limits, blocks + 1, demand.static_shared_bytes);
  if (out.limiter == TCM_LIMITED_BY_REGISTERS) out.next_registers = registers_for(limits, blocks + 1, warps);
  return out;
}

tcm_status occupancy(const plugin::OccupancyQuestion& question, tcm_occupancy& out) {
  const SmLimits* limits = sm_limits(question.arch());
  const auto registers = question.figure(TCM_ATTR_REGISTERS);
  const auto warps = question.launch.num_warps();
  const auto threads = warps ? std::optional(*warps * kWarp) : question.figure(TCM_ATTR_MAX_THREADS);
  const auto dynamic = question.launch.dynamic_shared_bytes();
  if (limits == nullptr || !registers || !threads || !dynamic) return TCM_NOT_APPLICABLE;
  const auto answer =
      occupancy_of(*limits, {*registers, *threads, question.figure(TCM_ATTR_SHARED_BYTES).value_or(0), *dynamic});
  if (!answer) return TCM_NOT_APPLICABLE;
  out = *answer;
  return TCM_OK;
}

}  // namespace tcm::cuda_backend
