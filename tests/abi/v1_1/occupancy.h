/* SPDX-License-Identifier: Apache-2.0
 *
 * The plugin extension tcm.occupancy/1: how many blocks of a kernel a multiprocessor can hold at once, and what stands
 * in the way of more. Pure arithmetic over figures that the host already has: no device, no driver, so it also answers
 * for GPUs that are not here.
 *
 *   const tcm_plugin_occupancy* extension = plugin->get_extension(TCM_EXT_OCCUPANCY);
 *
 * A "unit" is what blocks are placed on: a streaming multiprocessor, a compute unit, a work-group processor.
 */
#ifndef TCM_PLUGIN_OCCUPANCY_H
#define TCM_PLUGIN_OCCUPANCY_H

#include <tcm/plugin/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCM_EXT_OCCUPANCY "tcm.occupancy/1"

/* What keeps one more block out of a unit. Several bits: each of them would. */
typedef uint32_t tcm_limiter;
enum {
  TCM_LIMITED_BY_REGISTERS = 1,
  TCM_LIMITED_BY_SHARED = 2, /* shared memory, LDS                         */
  TCM_LIMITED_BY_WARPS = 4,  /* no room for the warps or waves of a block  */
  TCM_LIMITED_BY_BLOCKS = 8  /* the unit holds no more blocks, whatever their size */
  /* Bits that a host does not know are ignored. */
};

/* The kernel and the device that is asked about. Borrowed for the call. */
typedef struct tcm_occupancy_question {
  uint32_t struct_size;
  uint32_t figure_count;
  const tcm_attr* const* figures; /* of one kernel, as probe emitted them; null when figure_count is 0 */
  const tcm_launch* launch;       /* null: nothing is known of the launch */
  tcm_str target;                 /* one of the plugin's targets */
  tcm_str arch;                   /* canonical form of the device's architecture */
} tcm_occupancy_question;

/* The answer, in memory of the host, zeroed but for struct_size. */
typedef struct tcm_occupancy {
  uint32_t struct_size;
  tcm_limiter limiter;      /* never 0 in an answer */
  uint32_t blocks_per_unit; /* 0: not even one block fits, the kernel cannot be launched */
  uint32_t warps_per_block;
  uint32_t max_warps_per_unit;
  uint32_t max_blocks_per_unit;
  uint64_t shared_bytes_per_block; /* as allocated: static and dynamic, rounded, with what the driver reserves */
  uint64_t shared_bytes_per_unit;  /* all that blocks can share */
  uint64_t registers_per_warp;     /* as allocated; 0: not counted in this way */
  uint64_t registers_per_unit;     /* 0: not counted in this way */
  uint64_t next_shared_bytes;      /* dynamic bytes with which one more block fits, all else equal; 0: none do */
  uint64_t next_registers;         /* registers per thread with which one more block fits; 0: none do */
} tcm_occupancy;

typedef struct tcm_plugin_occupancy {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  /* TCM_OK: *out is filled. TCM_NOT_APPLICABLE: the architecture is unknown, or a figure that it takes is missing;
   * *out is then not looked at. Deterministic. [thread-safe] */
  tcm_status (*compute)(void* instance, const tcm_occupancy_question* question, tcm_occupancy* out);
} tcm_plugin_occupancy;

#ifdef __cplusplus
}
#endif

#endif /* TCM_PLUGIN_OCCUPANCY_H */
