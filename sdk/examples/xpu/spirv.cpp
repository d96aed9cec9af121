// SPDX-License-Identifier: Apache-2.0
// SPIR-V: a header of five words, then instructions, each of which says its own length. None says how many there are,
// so a module that ends between two instructions is told by what is not there: the end of a function, a function that
// an entry point or a call names, or any entry point at all.
#include <algorithm>
#include <vector>

#include "formats.hpp"

namespace xpu {
namespace {

constexpr std::uint32_t kMagic = 0x07230203;
constexpr std::uint32_t kMagicSwapped = 0x03022307;
constexpr std::uint64_t kHeaderBytes = 20;
enum Op : std::uint16_t { kOpEntryPoint = 15, kOpFunction = 54, kOpFunctionEnd = 56, kOpFunctionCall = 57 };
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

/// Which functions there are, and which there have to be.
class Functions {
 public:
  void take(std::uint16_t op, plugin::Bytes instruction) {
    // Function and call have a result type and a result before their other operands.
    if (op == kOpEntryPoint) add(named_, instruction.u32(8));
    if (op == kOpFunctionCall) add(named_, instruction.u32(12));
    if (op == kOpFunction) add(defined_, instruction.u32(8));
    if (op == kOpFunction) is_open_ = true;
    if (op == kOpFunctionEnd) is_open_ = false;
  }

  bool are_whole() {
    std::sort(defined_.begin(), defined_.end());
    return !is_open_ && !named_.empty() && std::all_of(named_.begin(), named_.end(), [this](std::uint32_t id) {
      return std::binary_search(defined_.begin(), defined_.end(), id);
    });
  }

 private:
  static void add(std::vector<std::uint32_t>& ids, std::optional<std::uint32_t> id) {
    if (id && (ids.empty() || ids.back() != *id)) ids.push_back(*id);
  }

  std::vector<std::uint32_t> defined_;
  std::vector<std::uint32_t> named_;
  bool is_open_ = false;
};

}  // namespace

bool is_spirv(plugin::Bytes file) { return file.u32(0) == kMagic || file.u32(0) == kMagicSwapped; }

tcm_status read_spirv(plugin::Bytes file, plugin::Sink& sink, bool emit) {
  if (file.u32(0) == kMagicSwapped) return sink.fail(TCM_UNSUPPORTED_VERSION, "SPIR-V: big-endian");
  if (!is_spirv(file)) return TCM_NOT_APPLICABLE;
  if (file.size() < kHeaderBytes) return sink.fail(TCM_TRUNCATED, "SPIR-V: the header is not whole");
  if ((*file.u32(4) & 0xff0000ff) != 0) return sink.fail(TCM_MALFORMED, "SPIR-V: not a version number");
  if (emit && emit_header(file, sink) != TCM_OK) return sink.status();

  Functions functions;
  std::size_t kernels = 0;
  for (std::uint64_t at = kHeaderBytes; at < file.size();) {
    const auto word = file.u32(at);
    if (!word) return sink.fail(TCM_TRUNCATED, "SPIR-V: ends inside an instruction");
    const std::uint64_t length = std::uint64_t{*word >> 16} * 4;
    if (length == 0) return sink.fail(TCM_MALFORMED, "SPIR-V: an instruction of no length");
    const auto instruction = file.slice(at, length);
    if (!instruction) return sink.fail(TCM_TRUNCATED, "SPIR-V: ends inside an instruction");
    const auto op = static_cast<std::uint16_t>(*word & 0xffff);
    functions.take(op, *instruction);
    if (emit && op == kOpEntryPoint && kernels++ < kMaxKernels) {
      const tcm_status status = emit_entry_point(*instruction, sink);
      if (status != TCM_OK && status != TCM_INVALID_ARGUMENT) return status;
    }
    at += length;
  }
  if (!functions.are_whole()) return sink.fail(TCM_TRUNCATED, "SPIR-V: ends before a function that it names");
  return TCM_OK;
}

}  // namespace xpu
