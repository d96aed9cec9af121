// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/problem.hpp"

// The metadata note of an AMD code object: MessagePack, described in LLVM's AMDGPUUsage, "Code Object V3 Metadata" and
// later. What `llvm-readelf --notes` prints.
namespace tcm::rocm_backend {

struct KernelFacts {
  std::string name;    // .name: also the symbol of its code
  std::string symbol;  // .symbol: its kernel descriptor
  std::optional<uint64_t> vgprs;
  std::optional<uint64_t> sgprs;
  std::optional<uint64_t> agprs;
  std::optional<uint64_t> vgpr_spills;
  std::optional<uint64_t> sgpr_spills;
  std::optional<uint64_t> lds_bytes;
  std::optional<uint64_t> scratch_bytes;
  std::optional<uint64_t> kernarg_bytes;
  std::optional<uint64_t> wavefront_size;
  std::optional<uint64_t> max_threads;
  std::optional<uint64_t> code_bytes;  // not of the note: filled in from the symbols
};

struct CodeObjectMetadata {
  std::string target;  // amdhsa.target, "amdgcn-amd-amdhsa--gfx942:sramecc+"; empty before V4
  std::vector<KernelFacts> kernels;
};

// Reads it without allocating by any length that it claims. Unknown keys and shapes are passed over; more than
// kMaxKernels kernels are not kept, since a host has stopped listening long before.
inline constexpr size_t kMaxKernels = TCM_MAX_ATTRS;
plugin_common::Result<CodeObjectMetadata> read_metadata(std::string_view message_pack);

}  // namespace tcm::rocm_backend
