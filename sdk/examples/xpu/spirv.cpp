// SPDX-License-Identifier: Apache-2.0
// SPIR-V: a header of five words, then instructions, each of which says its own length.
#include "formats.hpp"

namespace xpu {
namespace {

constexpr std::uint32_t kMagic = 0x07230203;
constexpr std::uint32_t kMagicSwapped = 0x03022307;
constexpr std::uint64_t kHeaderBytes = 20;
constexpr std::uint16_t kOpEntryPoint = 15;
constexpr std::size_t kMaxKernels = 256;

/// OpEntryPoint: execution model, id, then the name as words with a NUL.
tcm_status emit_entry_point(plugin::Bytes instruction, plugin::Sink& sink) {
  const auto name = instruction.c_string(12);
  if (!name) return sink.fail(TCM_MALFORMED, "SPIR-V: an entry point without a name");
  return sink.emit(TCM_ATTR_KERNEL_NAME, *name);
}

tcm_status emit_header(plugin::Bytes file, plugin::Sink& sink) {
  const std::uint32_t version = *file.u32(4);
  const std::uint32_t generator = *file.u32(8);
  const std::string text = std::to_string((version >> 16) & 0xff) + "." + std::to_string((version >> 8) & 0xff);
  sink.emit(TCM_ATTR_ISA_VERSION, text);
  sink.emit("x.intel.spirv_generator", generator >> 16);
  sink.emit("x.intel.spirv_bound", *file.u32(12));
  return sink.status();
}

}  // namespace

bool is_spirv(plugin::Bytes file) { return file.u32(0) == kMagic || file.u32(0) == kMagicSwapped; }

tcm_status read_spirv(plugin::Bytes file, plugin::Sink& sink, bool emit) {
  if (file.u32(0) == kMagicSwapped) return sink.fail(TCM_UNSUPPORTED_VERSION, "SPIR-V: big-endian");
  if (!is_spirv(file)) return TCM_NOT_APPLICABLE;
  if (file.size() < kHeaderBytes) return sink.fail(TCM_TRUNCATED, "SPIR-V: the header is not whole");
  if ((*file.u32(4) & 0xff0000ff) != 0) return sink.fail(TCM_MALFORMED, "SPIR-V: not a version number");
  if (emit && emit_header(file, sink) != TCM_OK) return sink.status();

  std::size_t kernels = 0;
  for (std::uint64_t at = kHeaderBytes; at < file.size();) {
    const auto word = file.u32(at);
    if (!word) return sink.fail(TCM_TRUNCATED, "SPIR-V: ends inside an instruction");
    const std::uint64_t length = std::uint64_t{*word >> 16} * 4;
    if (length == 0) return sink.fail(TCM_MALFORMED, "SPIR-V: an instruction of no length");
    const auto instruction = file.slice(at, length);
    if (!instruction) return sink.fail(TCM_TRUNCATED, "SPIR-V: ends inside an instruction");
    if (emit && (*word & 0xffff) == kOpEntryPoint && kernels++ < kMaxKernels) {
      const tcm_status status = emit_entry_point(*instruction, sink);
      if (status != TCM_OK && status != TCM_INVALID_ARGUMENT) return status;
    }
    at += length;
  }
  return TCM_OK;
}

}  // namespace xpu
