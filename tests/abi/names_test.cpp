// SPDX-License-Identifier: Apache-2.0
// Texts of the interface, frozen: they are stored in indexes and written in plugins.
#include <gtest/gtest.h>
#include <tcm/plugin/plugin.h>

namespace {

TEST(FrozenNames, TheEntry) { EXPECT_STREQ(TCM_PLUGIN_ENTRY_NAME, "tcm_kernel_backend_plugin_v1"); }

TEST(FrozenNames, TheStandardKeys) {
  const char* const keys[] = {
      TCM_ATTR_KERNEL_NAME,
      "kernel_name",
      TCM_ATTR_ARCH,
      "arch",
      TCM_ATTR_REGISTERS,
      "registers",
      TCM_ATTR_VGPRS,
      "vgprs",
      TCM_ATTR_SGPRS,
      "sgprs",
      TCM_ATTR_AGPRS,
      "agprs",
      TCM_ATTR_VGPR_SPILLS,
      "vgpr_spills",
      TCM_ATTR_SGPR_SPILLS,
      "sgpr_spills",
      TCM_ATTR_SPILL_LOADS_BYTES,
      "spill_loads_bytes",
      TCM_ATTR_SPILL_STORES_BYTES,
      "spill_stores_bytes",
      TCM_ATTR_STACK_BYTES,
      "stack_bytes",
      TCM_ATTR_LOCAL_BYTES,
      "local_bytes",
      TCM_ATTR_SCRATCH_BYTES,
      "scratch_bytes",
      TCM_ATTR_SHARED_BYTES,
      "shared_bytes",
      TCM_ATTR_LDS_BYTES,
      "lds_bytes",
      TCM_ATTR_CONST_BYTES,
      "const_bytes",
      TCM_ATTR_KERNARG_BYTES,
      "kernarg_bytes",
      TCM_ATTR_CODE_BYTES,
      "code_bytes",
      TCM_ATTR_MAX_THREADS,
      "max_threads",
      TCM_ATTR_NUM_WARPS,
      "num_warps",
      TCM_ATTR_WAVEFRONT_SIZE,
      "wavefront_size",
      TCM_ATTR_ISA_VERSION,
      "isa_version",
  };
  for (std::size_t i = 0; i < std::size(keys); i += 2) EXPECT_STREQ(keys[i], keys[i + 1]);
}

}  // namespace
