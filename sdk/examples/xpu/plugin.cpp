// SPDX-License-Identifier: Apache-2.0
// What the backend says of itself.
#include "formats.hpp"

namespace xpu {
namespace {

/// By the first bytes, not by the name: Triton 3.2 to 3.5 may have put a zebin into a .spv file.
tcm_status read(const plugin::Artifact& artifact, plugin::Sink& sink, bool emit) {
  if (is_elf(artifact.bytes)) return read_zebin(artifact.bytes, sink, emit);
  return read_spirv(artifact.bytes, sink, emit);
}
tcm_status probe(const plugin::Artifact& artifact, plugin::Sink& sink) { return read(artifact, sink, true); }
tcm_status validate(const plugin::Artifact& artifact, plugin::Sink& sink) { return read(artifact, sink, false); }

tcm_status from_metadata(std::string_view, std::string_view json, tcm_text& out) {
  const auto arch = arch_of_json(json);
  return arch && !arch->empty() ? plugin::write(&out, *arch) : TCM_NOT_APPLICABLE;
}

/// A name with blanks in it is a device's; one word may be anybody's, and is compared as it stands.
tcm_status from_user(std::string_view, std::string_view word, tcm_text& out) {
  if (word.find(' ') == std::string_view::npos) return TCM_NOT_APPLICABLE;
  const std::string arch = canonical_arch(word);
  return arch.empty() ? TCM_NOT_APPLICABLE : plugin::write(&out, arch);
}

tcm_status for_people(std::string_view, std::string_view canonical, tcm_text& out) {
  return plugin::write(&out, readable_arch(canonical));
}

constexpr const char* kAliases[] = {"intel", "sycl"};
constexpr tcm_target kTarget = plugin::target("xpu", kAliases);
constexpr const tcm_target* kTargets[] = {&kTarget};

constexpr tcm_file_type kSpirv = plugin::file_type(".spv", TCM_KIND_BINARY, "spv");
constexpr tcm_file_type kZebin = plugin::file_type(".zebin", TCM_KIND_BINARY, "zebin");
constexpr const tcm_file_type* kFileTypes[] = {&kSpirv, &kZebin};

constexpr const char* kPathFields[] = {"cache_dir"};

constexpr tcm_kernel_backend_plugin kPlugin = plugin::Descriptor("org.tcm.examples.xpu", "Intel XPU (example)", "1.1.0")
                                                  .vendor("tcm")
                                                  .targets(kTargets)
                                                  .file_types(kFileTypes)
                                                  .path_fields(kPathFields)
                                                  .arch_from_metadata<from_metadata>()
                                                  .arch_from_user<from_user>()
                                                  .arch_for_people<for_people>()
                                                  .probe<probe>()
                                                  .validate<validate>()
                                                  .build();

}  // namespace
}  // namespace xpu

TCM_PLUGIN_DEFINE(xpu::kPlugin)
