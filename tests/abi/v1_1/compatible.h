/* SPDX-License-Identifier: Apache-2.0
 *
 * The plugin extension tcm.compatible/1: can a kernel that was compiled for one architecture run on a device of
 * another? Pure: a comparison of two names.
 */
#ifndef TCM_PLUGIN_COMPATIBLE_H
#define TCM_PLUGIN_COMPATIBLE_H

#include <tcm/plugin/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCM_EXT_COMPATIBLE "tcm.compatible/1"

typedef uint32_t tcm_compatibility;
enum {
  TCM_RUNS_NOT = 0,      /* neither the binary nor anything beside it                             */
  TCM_RUNS_NATIVELY = 1, /* the binary as it is                                                   */
  TCM_RUNS_FORWARD = 2   /* through a form that the driver compiles (PTX), which must be kept     */
};

typedef struct tcm_plugin_compatible {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  /* Both architectures in canonical form, of one target of the plugin. TCM_OK: *out is filled. TCM_NOT_APPLICABLE: one
   * of them is unknown. [thread-safe] */
  tcm_status (*runs_on)(void* instance, tcm_str target, tcm_str kernel_arch, tcm_str device_arch,
                        tcm_compatibility* out);
} tcm_plugin_compatible;

#ifdef __cplusplus
}
#endif

#endif /* TCM_PLUGIN_COMPATIBLE_H */
