// SPDX-License-Identifier: Apache-2.0
// zebin: a 64-bit ELF object with one .text.<kernel> section for each kernel, notes of the owner "IntelGT", and a
// section .ze_info with what a loader has to know of each kernel. Its specification has types of its own (ET_ZEBIN_REL
// and following); what IGC writes is a relocatable object of the machine EM_INTELGT.
#include <algorithm>

#include "formats.hpp"
#include "ze_info.hpp"

namespace xpu {
namespace {

using plugin::Bytes;

constexpr std::uint16_t kTypeRelocatable = 1;  // ET_REL
constexpr std::uint16_t kMachine = 205;        // EM_INTELGT
constexpr std::uint16_t kFirstOwnType = 0xff11;
constexpr std::uint16_t kLastOwnType = 0xff13;
constexpr std::uint32_t kSectionNote = 7;
constexpr std::uint32_t kSectionWithoutBytes = 8;

enum Note : std::uint32_t { kProductFamily = 1, kGraphicsCore = 2, kZebinVersion = 4, kProductConfig = 6 };

struct Section {
  std::string_view name;
  std::uint32_t type = 0;
  Bytes bytes;
};

/// An object of another machine is another vendor's, whatever its file is called.
bool is_zebin(std::uint16_t type, std::uint16_t machine) {
  return (type == kTypeRelocatable && machine == kMachine) || (type >= kFirstOwnType && type <= kLastOwnType);
}

/// The table of sections; every access is checked.
class Object {
 public:
  explicit Object(Bytes file) : file_(file) {}

  /// TCM_OK when header, section table and name table lie inside the file.
  tcm_status open(plugin::Sink& sink) {
    if (file_.size() < 64) return sink.fail(TCM_TRUNCATED, "zebin: the ELF header is not whole");
    if (file_.u8(4) != 2 || file_.u8(5) != 1)
      return sink.fail(TCM_UNSUPPORTED_VERSION, "zebin: not a 64-bit little-endian ELF");
    if (!is_zebin(*file_.u16(16), *file_.u16(18))) return TCM_NOT_APPLICABLE;
    table_ = *file_.u64(40);
    count_ = *file_.u16(60);
    if (*file_.u16(58) != 64) return sink.fail(TCM_MALFORMED, "zebin: section headers of a wrong size");
    if (count_ == 0) return sink.fail(TCM_MALFORMED, "zebin: no sections");
    if (!file_.holds(table_, std::uint64_t{count_} * 64))
      return sink.fail(TCM_TRUNCATED, "zebin: the section table is not there");
    const auto names = raw(*file_.u16(62));
    if (!names) return sink.fail(TCM_MALFORMED, "zebin: the names of its sections are not there");
    names_ = names->bytes;
    return TCM_OK;
  }

  std::uint16_t count() const { return count_; }

  /// Nothing when it lies outside the file or has no name.
  std::optional<Section> section(std::uint16_t index) const {
    auto found = raw(index);
    const auto name = names_.c_string(*file_.u32(table_ + std::uint64_t{index} * 64));
    if (!found || !name) return std::nullopt;
    found->name = *name;
    return found;
  }

 private:
  std::optional<Section> raw(std::uint16_t index) const {
    if (index >= count_) return std::nullopt;
    const std::uint64_t header = table_ + std::uint64_t{index} * 64;
    Section section;
    section.type = *file_.u32(header + 4);
    if (section.type == 0 || section.type == kSectionWithoutBytes) return section;
    const auto bytes = file_.slice(*file_.u64(header + 24), *file_.u64(header + 32));
    if (!bytes) return std::nullopt;
    section.bytes = *bytes;
    return section;
  }

  Bytes file_;
  Bytes names_;
  std::uint64_t table_ = 0;
  std::uint16_t count_ = 0;
};

std::uint64_t padded(std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; }

tcm_status emit_note(std::uint32_t type, Bytes value, plugin::Sink& sink) {
  const auto number = value.u32(0);
  switch (type) {
    case kProductFamily: return number ? sink.emit("x.intel.product_family", *number) : TCM_MALFORMED;
    case kGraphicsCore: return number ? sink.emit("x.intel.graphics_core", *number) : TCM_MALFORMED;
    case kProductConfig: return number ? sink.emit("x.intel.product_config", *number) : TCM_MALFORMED;
    case kZebinVersion: {
      const auto text = value.c_string(0);
      return text ? sink.emit("x.intel.zebin_version", *text) : TCM_MALFORMED;
    }
    default: return TCM_OK;
  }
}

/// Sizes of name and value, type; the name; the value; each part padded to four bytes.
tcm_status read_notes(Bytes notes, plugin::Sink& sink, bool emit) {
  std::uint64_t at = 0;
  while (at < notes.size()) {
    const auto name_size = notes.u32(at);
    const auto value_size = notes.u32(at + 4);
    const auto type = notes.u32(at + 8);
    if (!name_size || !value_size || !type) return sink.fail(TCM_MALFORMED, "zebin: a note that is not whole");
    const std::uint64_t value_at = at + 12 + padded(*name_size);
    const auto value = notes.slice(value_at, *value_size);
    if (!value) return sink.fail(TCM_MALFORMED, "zebin: a note that is not whole");
    if (emit && notes.c_string(at + 12) == std::string_view("IntelGT")) {
      const tcm_status status = emit_note(*type, *value, sink);
      if (status == TCM_MALFORMED) return sink.fail(status, "zebin: a note without its value");
      if (sink.status() != TCM_OK) return sink.status();
    }
    at = value_at + padded(*value_size);
  }
  return TCM_OK;
}

void emit_info(const KernelInfo& info, plugin::Sink& sink) {
  // The register file of a hardware thread is one, and as large as the kernel was compiled for.
  if (info.grf_count) sink.emit(TCM_ATTR_REGISTERS, *info.grf_count);
  if (info.simd_size) sink.emit(TCM_ATTR_WAVEFRONT_SIZE, *info.simd_size, "lanes");
  if (info.slm_bytes) sink.emit(TCM_ATTR_SHARED_BYTES, *info.slm_bytes, "bytes");
  // Here it is of a hardware thread, in the standard key of a lane. Without buffers in the list there is no scratch.
  if (const auto lanes = info.simd_size.value_or(0); lanes > 0)
    sink.emit(TCM_ATTR_SCRATCH_BYTES, (info.scratch_bytes + lanes - 1) / lanes, "bytes");
  if (info.private_bytes) sink.emit("x.intel.private_bytes", *info.private_bytes, "bytes");
  if (info.spill_bytes) sink.emit("x.intel.spill_bytes", *info.spill_bytes, "bytes");
  if (info.barrier_count) sink.emit("x.intel.barrier_count", *info.barrier_count);
}

std::vector<KernelInfo> infos_of(const Object& object) {
  for (std::uint16_t i = 1; i < object.count(); ++i)
    if (const auto section = object.section(i); section && section->name == ".ze_info")
      return read_ze_info(section->bytes.text());
  return {};
}

tcm_status emit_kernels(const Object& object, plugin::Sink& sink) {
  constexpr std::string_view kPrefix = ".text.";
  // Code that IGC adds to hold the symbols of a module; nobody launches it.
  constexpr std::string_view kSymbolTable = "Intel_Symbol_Table_Void_Program";
  const std::vector<KernelInfo> infos = infos_of(object);
  std::size_t kernels = 0;
  for (std::uint16_t i = 1; i < object.count() && kernels < kMaxKernels; ++i) {
    const auto section = object.section(i);
    if (!section || section->name.size() <= kPrefix.size() || section->name.substr(0, kPrefix.size()) != kPrefix)
      continue;
    const std::string_view name = section->name.substr(kPrefix.size());
    if (name == kSymbolTable) continue;
    ++kernels;
    // A name that the host refuses opens no group; its figures would be taken for another kernel's.
    if (sink.emit(TCM_ATTR_KERNEL_NAME, name) != TCM_OK) continue;
    sink.emit(TCM_ATTR_CODE_BYTES, section->bytes.size(), "bytes");
    const auto info =
        std::find_if(infos.begin(), infos.end(), [name](const KernelInfo& each) { return each.name == name; });
    if (info != infos.end()) emit_info(*info, sink);
  }
  return sink.status();
}

}  // namespace

bool is_elf(Bytes file) {
  return file.matches(0,
                      "\x7f"
                      "ELF");
}

tcm_status read_zebin(Bytes file, plugin::Sink& sink, bool emit) {
  if (!is_elf(file)) return TCM_NOT_APPLICABLE;
  Object object(file);
  if (const tcm_status status = object.open(sink); status != TCM_OK) return status;
  for (std::uint16_t i = 1; i < object.count(); ++i) {
    const auto section = object.section(i);
    if (!section) return sink.fail(TCM_TRUNCATED, "zebin: a section lies outside the file");
    if (section->type != kSectionNote || section->name != ".note.intelgt.compat") continue;
    if (const tcm_status status = read_notes(section->bytes, sink, emit); status != TCM_OK) return status;
  }
  return emit ? emit_kernels(object, sink) : TCM_OK;
}

}  // namespace xpu
