// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/elf_file.hpp"

// What a cubin says of its kernels. Each figure is what `cuobjdump --dump-resource-usage` of CUDA 13 prints for it;
// where that tool takes it from was found by changing single fields of cubins.
namespace tcm::cuda_backend {

// e_machine is EM_CUDA, the number that ELF's registry gives NVIDIA.
inline constexpr plugin_common::ElfKind kCubin{190, "cubin"};

struct KernelFacts {
  std::string_view name;
  uint16_t section = 0;                 // index of its code
  uint64_t code_bytes = 0;              // with the device functions that were linked into it
  std::optional<uint64_t> registers;    // REG
  std::optional<uint64_t> stack_bytes;  // STACK, per thread
  uint64_t shared_bytes = 0;            // SHARED: static, with what the system reserves from sm_90 on
  uint64_t local_bytes = 0;             // LOCAL
  uint64_t const_bytes = 0;             // CONSTANT[0]
  std::optional<uint64_t> parameter_bytes;
  std::optional<uint64_t> max_threads;  // per block, as .reqntid or .maxntid gave it
};

// The canonical architecture ("90"); nothing for a flavour of cubin that is not known.
std::optional<std::string> arch_of(const plugin_common::ElfHeader& header);

// The kernels in the order of their symbols. The names are views into the file's bytes. More than kMaxKernels are not
// read: a host has stopped listening long before, since each kernel takes several attributes.
inline constexpr size_t kMaxKernels = TCM_MAX_ATTRS;
plugin_common::Result<std::vector<KernelFacts>> read_kernels(const plugin_common::ElfFile& file);

// Every .nv.info section must be made of whole records.
plugin_common::Result<void> check_info_sections(const plugin_common::ElfFile& file);

}  // namespace tcm::cuda_backend
