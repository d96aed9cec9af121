// SPDX-License-Identifier: Apache-2.0
#include "plugins/rocm/analyse.hpp"

#include <fmt/core.h>

#include "plugins/common/answer.hpp"
#include "plugins/common/elf_check.hpp"
#include "plugins/rocm/amdgcn.hpp"
#include "plugins/rocm/hsaco.hpp"

namespace tcm::rocm_backend {
namespace {

using plugin_common::check_arch;
using plugin_common::ElfFile;
using plugin_common::emit_if;
using plugin_common::fail;
using plugin_common::kBytes;
using plugin_common::kLanes;
using plugin_common::kThreads;

constexpr std::string_view kHsacoExtension = ".hsaco";
constexpr std::string_view kAmdgcnExtension = ".amdgcn";

void emit_kernel(const KernelFacts& kernel, const std::optional<std::string>& arch, plugin::Sink& sink) {
  // A name that the host refuses opens no group; its figures would be taken for another kernel's.
  if (kernel.name.empty() || sink.emit(TCM_ATTR_KERNEL_NAME, kernel.name) != TCM_OK) return;
  if (arch) sink.emit(TCM_ATTR_ARCH, *arch);
  emit_if(sink, TCM_ATTR_VGPRS, kernel.vgprs);
  emit_if(sink, TCM_ATTR_SGPRS, kernel.sgprs);
  emit_if(sink, TCM_ATTR_AGPRS, kernel.agprs);
  emit_if(sink, TCM_ATTR_VGPR_SPILLS, kernel.vgpr_spills);
  emit_if(sink, TCM_ATTR_SGPR_SPILLS, kernel.sgpr_spills);
  emit_if(sink, TCM_ATTR_LDS_BYTES, kernel.lds_bytes, kBytes);
  emit_if(sink, TCM_ATTR_SCRATCH_BYTES, kernel.scratch_bytes, kBytes);
  emit_if(sink, TCM_ATTR_KERNARG_BYTES, kernel.kernarg_bytes, kBytes);
  emit_if(sink, TCM_ATTR_WAVEFRONT_SIZE, kernel.wavefront_size, kLanes);
  emit_if(sink, TCM_ATTR_MAX_THREADS, kernel.max_threads, kThreads);
  emit_if(sink, TCM_ATTR_CODE_BYTES, kernel.code_bytes, kBytes);
}

tcm_status probe_hsaco(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const auto file = ElfFile::open(artifact.bytes, kHsaco);
  if (!file) return fail(sink, file.error());
  const auto metadata = read_code_object(*file);
  if (!metadata) return fail(sink, metadata.error());
  const auto arch = arch_of(*file, *metadata);
  for (const KernelFacts& kernel : metadata->kernels) {
    if (sink.status() != TCM_OK) break;
    emit_kernel(kernel, arch, sink);
  }
  return sink.status();
}

tcm_status validate_hsaco(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const auto file = ElfFile::open(artifact.bytes, kHsaco);
  if (!file) return fail(sink, file.error());
  if (auto checked = plugin_common::check_structure(*file); !checked) return fail(sink, checked.error());
  const auto metadata = read_code_object(*file);
  if (!metadata) return fail(sink, metadata.error());
  if (auto checked = check_code_object(*file, *metadata); !checked) return fail(sink, checked.error());
  const auto arch = arch_of(*file, *metadata);
  if (!arch) return sink.fail(TCM_UNSUPPORTED_VERSION, "a code object for a processor that this backend does not know");
  return check_arch(sink, *arch, artifact.arch);
}

tcm_status probe_amdgcn(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const auto arch = read_amdgcn_arch(artifact.bytes.text());
  if (!arch) return fail(sink, arch.error());
  sink.emit(TCM_ATTR_ARCH, *arch);
  return sink.status();
}

tcm_status validate_amdgcn(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const auto arch = read_amdgcn_arch(artifact.bytes.text());
  if (!arch) return fail(sink, arch.error());
  return check_arch(sink, *arch, artifact.arch);
}

}  // namespace

tcm_status probe(const plugin::Artifact& artifact, plugin::Sink& sink) {
  if (artifact.extension == kHsacoExtension) return probe_hsaco(artifact, sink);
  if (artifact.extension == kAmdgcnExtension) return probe_amdgcn(artifact, sink);
  return TCM_NOT_APPLICABLE;
}

tcm_status validate(const plugin::Artifact& artifact, plugin::Sink& sink) {
  if (artifact.extension == kHsacoExtension) return validate_hsaco(artifact, sink);
  if (artifact.extension == kAmdgcnExtension) return validate_amdgcn(artifact, sink);
  return TCM_NOT_APPLICABLE;
}

}  // namespace tcm::rocm_backend
