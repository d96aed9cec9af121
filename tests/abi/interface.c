// SPDX-License-Identifier: Apache-2.0
// A shared object from whose one function every type of the plugin interface can be reached, for abidiff.
#include TEST_HEADER
#include <stddef.h>

TCM_PLUGIN_EXPORT const tcm_kernel_backend_plugin* TCM_PLUGIN_ENTRY(const tcm_host* host) {
  (void)host;
  return NULL;
}
