// SPDX-License-Identifier: Apache-2.0
//
// The backend of NVIDIA GPUs: what Triton's `cuda` target leaves in a cache.
#include <tcm/plugin/extensions.hpp>

#include "plugins/common/text.hpp"
#include "plugins/cuda/analyse.hpp"
#include "plugins/cuda/arch.hpp"
#include "plugins/cuda/compatible.hpp"
#include "plugins/cuda/occupancy.hpp"

namespace tcm::cuda_backend {
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

constexpr const char* kAliases[] = {"nvidia"};
constexpr tcm_target kTarget = plugin::target("cuda", kAliases);
constexpr const tcm_target* kTargets[] = {&kTarget};

constexpr tcm_file_type kPtx = plugin::file_type(".ptx", TCM_KIND_ASSEMBLY, "ptx");
// Triton >= 3.5 writes .sass beside the others when it is told to dump its kernels.
constexpr tcm_file_type kSass = plugin::file_type(".sass", TCM_KIND_ASSEMBLY, "sass");
constexpr tcm_file_type kCubin = plugin::file_type(".cubin", TCM_KIND_BINARY, "cubin");
constexpr const tcm_file_type* kFileTypes[] = {&kPtx, &kSass, &kCubin};

constexpr tcm_plugin_occupancy kOccupancy = plugin::occupancy_extension<occupancy>();
constexpr tcm_plugin_compatible kCompatible = plugin::compatible_extension<runs_on>();
constexpr plugin::Extension kExtensions[] = {{TCM_EXT_OCCUPANCY, &kOccupancy}, {TCM_EXT_COMPATIBLE, &kCompatible}};

// No path_fields: of the metadata that Triton 3.0 to 3.8 writes for cuda only extern_libs holds a path, and that one
// lies in Triton's installation, outside the cache.
constexpr tcm_kernel_backend_plugin kPlugin = plugin::Descriptor("org.tcm.cuda", "NVIDIA CUDA", "1.0.0")
                                                  .vendor("tcm")
                                                  .targets(kTargets)
                                                  .file_types(kFileTypes)
                                                  .arch_from_metadata<from_metadata>()
                                                  .arch_from_user<from_user>()
                                                  .arch_for_people<for_people>()
                                                  .probe<probe>()
                                                  .validate<validate>()
                                                  .extensions<kExtensions>()
                                                  .build();

}  // namespace
}  // namespace tcm::cuda_backend

TCM_PLUGIN_DEFINE(tcm::cuda_backend::kPlugin)
