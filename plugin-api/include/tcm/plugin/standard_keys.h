/* SPDX-License-Identifier: Apache-2.0
 *
 * The standard keys of an attribute with the type and the unit of each, as a list for programs: the host drops what
 * differs, the checker tells the author. For people it is the table "Standard keys" of docs/plugin-abi.md.
 *
 *   #define X(key, type, unit) {key, type, unit},
 *   static const struct { const char* key; tcm_attr_type type; const char* unit; } rows[] = {TCM_STANDARD_KEYS(X)};
 *
 * A plugin needs it not; a later minor may append keys.
 */
#ifndef TCM_PLUGIN_STANDARD_KEYS_H
#define TCM_PLUGIN_STANDARD_KEYS_H

#include <tcm/plugin/plugin.h>

#define TCM_STANDARD_KEYS(X)                            \
  X(TCM_ATTR_KERNEL_NAME, TCM_ATTR_STR, "")             \
  X(TCM_ATTR_ARCH, TCM_ATTR_STR, "")                    \
  X(TCM_ATTR_REGISTERS, TCM_ATTR_U64, "")               \
  X(TCM_ATTR_VGPRS, TCM_ATTR_U64, "")                   \
  X(TCM_ATTR_SGPRS, TCM_ATTR_U64, "")                   \
  X(TCM_ATTR_AGPRS, TCM_ATTR_U64, "")                   \
  X(TCM_ATTR_VGPR_SPILLS, TCM_ATTR_U64, "")             \
  X(TCM_ATTR_SGPR_SPILLS, TCM_ATTR_U64, "")             \
  X(TCM_ATTR_SPILL_LOADS_BYTES, TCM_ATTR_U64, "bytes")  \
  X(TCM_ATTR_SPILL_STORES_BYTES, TCM_ATTR_U64, "bytes") \
  X(TCM_ATTR_STACK_BYTES, TCM_ATTR_U64, "bytes")        \
  X(TCM_ATTR_LOCAL_BYTES, TCM_ATTR_U64, "bytes")        \
  X(TCM_ATTR_SCRATCH_BYTES, TCM_ATTR_U64, "bytes")      \
  X(TCM_ATTR_SHARED_BYTES, TCM_ATTR_U64, "bytes")       \
  X(TCM_ATTR_LDS_BYTES, TCM_ATTR_U64, "bytes")          \
  X(TCM_ATTR_CONST_BYTES, TCM_ATTR_U64, "bytes")        \
  X(TCM_ATTR_KERNARG_BYTES, TCM_ATTR_U64, "bytes")      \
  X(TCM_ATTR_CODE_BYTES, TCM_ATTR_U64, "bytes")         \
  X(TCM_ATTR_MAX_THREADS, TCM_ATTR_U64, "threads")      \
  X(TCM_ATTR_NUM_WARPS, TCM_ATTR_U64, "")               \
  X(TCM_ATTR_WAVEFRONT_SIZE, TCM_ATTR_U64, "lanes")     \
  X(TCM_ATTR_ISA_VERSION, TCM_ATTR_STR, "")

#endif /* TCM_PLUGIN_STANDARD_KEYS_H */
