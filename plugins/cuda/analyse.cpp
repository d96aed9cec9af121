// SPDX-License-Identifier: Apache-2.0
#include "plugins/cuda/analyse.hpp"

#include <fmt/core.h>

#include "plugins/common/answer.hpp"
#include "plugins/common/elf_check.hpp"
#include "plugins/cuda/cubin.hpp"
#include "plugins/cuda/ptx.hpp"

namespace tcm::cuda_backend {
namespace {

using plugin_common::check_arch;
using plugin_common::ElfFile;
using plugin_common::emit_if;
using plugin_common::fail;
using plugin_common::kBytes;
using plugin_common::kThreads;

constexpr std::string_view kCubinExtension = ".cubin";
constexpr std::string_view kPtxExtension = ".ptx";
constexpr std::string_view kPtxTargetKey = "x.nvidia.ptx_target";

void emit_kernel(const KernelFacts& kernel, const std::optional<std::string>& arch, plugin::Sink& sink) {
  // A name that the host refuses opens no group; its figures would be taken for another kernel's.
  if (sink.emit(TCM_ATTR_KERNEL_NAME, kernel.name) != TCM_OK) return;
  if (arch) sink.emit(TCM_ATTR_ARCH, *arch);
  emit_if(sink, TCM_ATTR_REGISTERS, kernel.registers);
  emit_if(sink, TCM_ATTR_STACK_BYTES, kernel.stack_bytes, kBytes);
  emit_if(sink, TCM_ATTR_SHARED_BYTES, kernel.shared_bytes, kBytes);
  emit_if(sink, TCM_ATTR_LOCAL_BYTES, kernel.local_bytes, kBytes);
  emit_if(sink, TCM_ATTR_CONST_BYTES, kernel.const_bytes, kBytes);
  emit_if(sink, TCM_ATTR_KERNARG_BYTES, kernel.parameter_bytes, kBytes);
  emit_if(sink, TCM_ATTR_MAX_THREADS, kernel.max_threads, kThreads);
  emit_if(sink, TCM_ATTR_CODE_BYTES, kernel.code_bytes, kBytes);
}

tcm_status probe_cubin(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const auto file = ElfFile::open(artifact.bytes, kCubin);
  if (!file) return fail(sink, file.error());
  const auto kernels = read_kernels(*file);
  if (!kernels) return fail(sink, kernels.error());
  const auto arch = arch_of(file->header());
  for (const KernelFacts& kernel : *kernels) {
    if (sink.status() != TCM_OK) break;
    emit_kernel(kernel, arch, sink);
  }
  return sink.status();
}

tcm_status validate_cubin(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const auto file = ElfFile::open(artifact.bytes, kCubin);
  if (!file) return fail(sink, file.error());
  if (auto checked = plugin_common::check_structure(*file); !checked) return fail(sink, checked.error());
  const auto arch = arch_of(file->header());
  if (!arch) {
    return sink.fail(TCM_UNSUPPORTED_VERSION, fmt::format("a cubin of ABI version {}, which this backend cannot read",
                                                          file->header().abi_version));
  }
  if (auto checked = check_info_sections(*file); !checked) return fail(sink, checked.error());
  return check_arch(sink, *arch, artifact.arch);
}

tcm_status probe_ptx(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const auto header = read_ptx_header(artifact.bytes.text());
  if (!header) return fail(sink, header.error());
  sink.emit(TCM_ATTR_ARCH, header->arch);
  sink.emit(TCM_ATTR_ISA_VERSION, header->version);
  sink.emit(kPtxTargetKey, header->target);
  return sink.status();
}

tcm_status validate_ptx(const plugin::Artifact& artifact, plugin::Sink& sink) {
  const auto header = read_ptx_header(artifact.bytes.text());
  if (!header) return fail(sink, header.error());
  return check_arch(sink, header->arch, artifact.arch);
}

}  // namespace

tcm_status probe(const plugin::Artifact& artifact, plugin::Sink& sink) {
  if (artifact.extension == kCubinExtension) return probe_cubin(artifact, sink);
  if (artifact.extension == kPtxExtension) return probe_ptx(artifact, sink);
  return TCM_NOT_APPLICABLE;
}

tcm_status validate(const plugin::Artifact& artifact, plugin::Sink& sink) {
  if (artifact.extension == kCubinExtension) return validate_cubin(artifact, sink);
  if (artifact.extension == kPtxExtension) return validate_ptx(artifact, sink);
  return TCM_NOT_APPLICABLE;
}

}  // namespace tcm::cuda_backend
