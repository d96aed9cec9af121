// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "plugins/common/problem.hpp"

// The head of AMD assembly as LLVM prints it (AMDGPUUsage, "Assembler Directives").
namespace tcm::rocm_backend {

// The canonical architecture that .amdgcn_target names ("gfx942" of "amdgcn-amd-amdhsa--gfx942:xnack-").
// TCM_NOT_APPLICABLE: no such directive in the head. TCM_TRUNCATED: the text ends before it. TCM_MALFORMED: one that is
// not understood.
plugin_common::Result<std::string> read_amdgcn_arch(std::string_view text);

}  // namespace tcm::rocm_backend
