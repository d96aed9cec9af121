// SPDX-License-Identifier: Apache-2.0
//
// The backend of AMD GPUs: what Triton's `hip` target leaves in a cache.
#include <tcm/plugin/plugin.hpp>

#include "plugins/common/text.hpp"
#include "plugins/rocm/analyse.hpp"
#include "plugins/rocm/arch.hpp"

namespace tcm::rocm_backend {
namespace {

tcm_status from_metadata(std::string_view /*target*/, std::string_view json, tcm_text& out) {
  return plugin_common::write(arch_from_metadata(json), out);
}
tcm_status from_user(std::string_view /*target*/, std::string_view word, tcm_text& out) {
  return plugin_common::write(arch_from_user(word), out);
}
tcm_status for_people(std::string_view /*target*/, std::string_view canonical, tcm_text& out) {
  return plugin_common::write(arch_for_people(canonical), out);
}

constexpr const char* kAliases[] = {"rocm", "amd"};
constexpr tcm_target kTarget = plugin::target("hip", kAliases);
constexpr const tcm_target* kTargets[] = {&kTarget};

constexpr tcm_file_type kAmdgcn = plugin::file_type(".amdgcn", TCM_KIND_ASSEMBLY, "amdgcn");
constexpr tcm_file_type kHsaco = plugin::file_type(".hsaco", TCM_KIND_BINARY, "hsaco");
constexpr const tcm_file_type* kFileTypes[] = {&kAmdgcn, &kHsaco};

// No path_fields: of the metadata that Triton 3.0 to 3.8 writes for hip only extern_libs holds a path, and that one
// lies in Triton's installation, outside the cache.
constexpr tcm_kernel_backend_plugin kPlugin = plugin::Descriptor("org.tcm.rocm", "AMD ROCm", "1.0.1")
                                                  .vendor("tcm")
                                                  .targets(kTargets)
                                                  .file_types(kFileTypes)
                                                  .arch_from_metadata<from_metadata>()
                                                  .arch_from_user<from_user>()
                                                  .arch_for_people<for_people>()
                                                  .probe<probe>()
                                                  .validate<validate>()
                                                  .build();

}  // namespace
}  // namespace tcm::rocm_backend

TCM_PLUGIN_DEFINE(tcm::rocm_backend::kPlugin)
