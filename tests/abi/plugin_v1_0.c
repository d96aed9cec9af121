/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin as a vendor wrote it in C with the header of version 1.0: it must load for as long as the major is 1. */
#include <string.h>

#include "v1_0/plugin.h"

static tcm_str text(const char* literal) {
  tcm_str result;
  result.data = literal;
  result.size = strlen(literal);
  return result;
}

static tcm_status probe(void* instance, const tcm_artifact* artifact, const tcm_sink* sink) {
  tcm_attr attr;
  (void)instance;
  if (artifact->size < 4 || memcmp(artifact->data, "OLD1", 4) != 0) return TCM_NOT_APPLICABLE;
  memset(&attr, 0, sizeof attr);
  attr.struct_size = TCM_STRUCT_SIZE(tcm_attr, value);
  attr.type = TCM_ATTR_U64;
  attr.key = text(TCM_ATTR_CODE_BYTES);
  attr.unit = text("bytes");
  attr.value.u64 = artifact->size - 4;
  sink->diag(sink->ctx, TCM_INFO, text("written in 1.0"));
  return sink->emit(sink->ctx, &attr);
}

static tcm_status arch_from_metadata(void* instance, tcm_str target, tcm_str arch_json, tcm_text* canonical) {
  (void)instance;
  (void)target;
  if (arch_json.size < 1 || arch_json.size + 1 > canonical->capacity) return TCM_NOT_APPLICABLE;
  canonical->data[0] = 'v';
  memcpy(canonical->data + 1, arch_json.data, arch_json.size);
  canonical->size = arch_json.size + 1;
  return TCM_OK;
}

static const char* const kAliases[] = {"ancient"};
static const tcm_target kTarget = {TCM_STRUCT_SIZE(tcm_target, aliases), 1, "oldie", kAliases};
static const tcm_target* const kTargets[] = {&kTarget};
static const tcm_file_type kFileType = {TCM_STRUCT_SIZE(tcm_file_type, flags), TCM_KIND_BINARY, ".old", "old", 0};
static const tcm_file_type* const kFileTypes[] = {&kFileType};

static const tcm_kernel_backend_plugin kPlugin = {
    .struct_size = TCM_PLUGIN_STRUCT_SIZE_1_0,
    .abi_major = TCM_PLUGIN_ABI_MAJOR,
    .abi_minor = TCM_PLUGIN_ABI_MINOR,
    .id = "org.example.oldie",
    .display_name = "Oldie",
    .version = "1.0.0",
    .targets = kTargets,
    .file_types = kFileTypes,
    .target_count = 1,
    .file_type_count = 1,
    .arch_from_metadata = arch_from_metadata,
    .probe = probe,
};

TCM_PLUGIN_EXPORT const tcm_kernel_backend_plugin* TCM_PLUGIN_ENTRY(const tcm_host* host) {
  (void)host;
  return &kPlugin;
}
