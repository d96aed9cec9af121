// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

// The processor numbers in e_flags of an AMD code object (EF_AMDGPU_MACH in LLVM's AMDGPUUsage).
namespace tcm::rocm_backend {

// "gfx942" of e_flags; empty for a number that this backend does not know.
std::string_view processor_of(uint32_t flags);

}  // namespace tcm::rocm_backend
