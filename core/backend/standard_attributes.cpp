// SPDX-License-Identifier: Apache-2.0
#include "core/backend/standard_attributes.hpp"

#include <algorithm>
#include <array>

#include "tcm/plugin/plugin.h"

namespace tcm::backend {
namespace {

constexpr std::array<std::string_view, 22> kKeys{
    TCM_ATTR_KERNEL_NAME,
    TCM_ATTR_ARCH,
    TCM_ATTR_REGISTERS,
    TCM_ATTR_VGPRS,
    TCM_ATTR_SGPRS,
    TCM_ATTR_AGPRS,
    TCM_ATTR_VGPR_SPILLS,
    TCM_ATTR_SGPR_SPILLS,
    TCM_ATTR_SPILL_LOADS_BYTES,
    TCM_ATTR_SPILL_STORES_BYTES,
    TCM_ATTR_STACK_BYTES,
    TCM_ATTR_LOCAL_BYTES,
    TCM_ATTR_SCRATCH_BYTES,
    TCM_ATTR_SHARED_BYTES,
    TCM_ATTR_LDS_BYTES,
    TCM_ATTR_CONST_BYTES,
    TCM_ATTR_KERNARG_BYTES,
    TCM_ATTR_CODE_BYTES,
    TCM_ATTR_MAX_THREADS,
    TCM_ATTR_NUM_WARPS,
    TCM_ATTR_WAVEFRONT_SIZE,
    TCM_ATTR_ISA_VERSION,
};

}  // namespace

std::span<const std::string_view> standard_attributes() { return kKeys; }

bool is_standard_attribute(std::string_view key) { return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end(); }

}  // namespace tcm::backend
