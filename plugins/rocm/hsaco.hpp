// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "plugins/common/elf_file.hpp"
#include "plugins/rocm/code_object.hpp"

// An AMD code object: the ELF file around the metadata note (LLVM's AMDGPUUsage, "Code Object").
namespace tcm::rocm_backend {

// e_machine is EM_AMDGPU.
inline constexpr plugin_common::ElfKind kHsaco{224, "hsaco"};

// The metadata note, with code_bytes of each kernel from the symbol of its name. TCM_UNSUPPORTED_VERSION for a code
// object without such a note (V2, before 2019).
plugin_common::Result<CodeObjectMetadata> read_code_object(const plugin_common::ElfFile& file);

// The canonical architecture: what the note's target says, else the processor number of the header.
std::optional<std::string> arch_of(const plugin_common::ElfFile& file, const CodeObjectMetadata& metadata);

// The note and the header must name the same processor, and each kernel must have its descriptor.
plugin_common::Result<void> check_code_object(const plugin_common::ElfFile& file, const CodeObjectMetadata& metadata);

}  // namespace tcm::rocm_backend
