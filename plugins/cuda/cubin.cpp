// SPDX-License-Identifier: Apache-2.0
#include "plugins/cuda/cubin.hpp"

#include <algorithm>

#include <elf.h>
#include <fmt/core.h>

#include "plugins/cuda/nv_info.hpp"

namespace tcm::cuda_backend {

using plugin_common::ElfFile;
using plugin_common::ElfHeader;
using plugin_common::malformed;
using plugin_common::Result;
using plugin_common::Section;

namespace {

// The two flavours, by EI_ABIVERSION (LLVM's BinaryFormat/ELF.h: ELFABIVERSION_CUDA_V1 and _V2). CUDA 12 writes the
// first for targets up to sm_90 and the second from sm_100 on, CUDA 13 the second for all.
constexpr uint8_t kAbiV1 = 7;
constexpr uint8_t kAbiV2 = 8;

// Bit of st_other that marks a kernel (STO_CUDA_ENTRY in cuobjdump's symbol table).
constexpr uint8_t kEntryBit = 0x10;

constexpr uint32_t kInfoSection = SHT_LOPROC;  // CUDA_INFO

// A kernel's own sections name their code by index in sh_info; cuobjdump goes by that and the prefix, not by the
// kernel's name.
constexpr std::string_view kSharedPrefix = ".nv.shared.";
constexpr std::string_view kLocalPrefix = ".nv.local.";
constexpr std::string_view kConstantPrefix = ".nv.constant0.";
constexpr std::string_view kInfoName = ".nv.info";
constexpr std::string_view kInfoPrefix = ".nv.info.";

uint64_t threads_of(plugin::Bytes dimensions) {
  uint64_t threads = 1;
  for (size_t axis = 0; axis < 3; ++axis) {
    const uint64_t extent = dimensions.u32(4 * axis).value_or(0);
    // No device has blocks of more; a product that could overflow is no figure.
    if (extent == 0 || extent > UINT16_MAX) return 0;
    threads *= extent;
  }
  return threads;
}

void read_own_info(plugin::Bytes section, KernelFacts& kernel) {
  InfoRecords records(section);
  while (const auto record = records.next()) {
    if (record->attribute == kReqNtid || record->attribute == kMaxThreads) {
      if (const uint64_t threads = threads_of(record->payload); threads != 0) kernel.max_threads = threads;
    } else if (record->attribute == kCbankParamSize) {
      kernel.parameter_bytes = record->value;
    }
  }
}

void read_own_section(const Section& section, KernelFacts& kernel) {
  if (section.name.starts_with(kSharedPrefix)) kernel.shared_bytes += section.size;
  if (section.name.starts_with(kLocalPrefix)) kernel.local_bytes += section.size;
  if (section.name.starts_with(kConstantPrefix)) kernel.const_bytes += section.size;
  if (section.type == kInfoSection && section.name.starts_with(kInfoPrefix)) read_own_info(section.bytes, kernel);
}

struct Entry {
  uint32_t symbol;
  KernelFacts facts;
};

Result<std::vector<Entry>> find_entries(const ElfFile& file) {
  std::vector<Entry> entries;
  const Section* symtab = file.find_type(SHT_SYMTAB);
  if (symtab == nullptr) return entries;
  const auto table = file.symbols(*symtab);
  if (!table) return tl::unexpected(table.error());
  for (uint32_t index = 0; index < table->size() && entries.size() < kMaxKernels; ++index) {
    const auto symbol = table->at(index);
    if (!symbol || symbol->type != STT_FUNC || (symbol->other & kEntryBit) == 0 || symbol->name.empty()) continue;
    if (symbol->section == SHN_UNDEF || symbol->section >= file.sections().size()) continue;
    Entry entry{index, {}};
    entry.facts.name = symbol->name;
    entry.facts.section = symbol->section;
    entry.facts.code_bytes = file.sections()[symbol->section].size;
    entries.push_back(entry);
  }
  return entries;
}

// The module's .nv.info speaks of all functions, by symbol.
void read_module_info(plugin::Bytes section, std::vector<Entry>& entries) {
  InfoRecords records(section);
  while (const auto record = records.next()) {
    if (record->attribute != kRegCount && record->attribute != kMinStackSize) continue;
    const auto symbol = record->payload.u32(0);
    const auto value = record->payload.u32(4);
    if (!symbol || !value) continue;
    const auto entry = std::lower_bound(entries.begin(), entries.end(), *symbol,
                                        [](const Entry& e, uint32_t wanted) { return e.symbol < wanted; });
    if (entry == entries.end() || entry->symbol != *symbol) continue;
    (record->attribute == kRegCount ? entry->facts.registers : entry->facts.stack_bytes) = *value;
  }
}

// Which entry owns a section of code; kMaxKernels for none. By section, so that one pass over all sections suffices.
std::vector<uint16_t> owners(const ElfFile& file, const std::vector<Entry>& entries) {
  std::vector<uint16_t> owner(file.sections().size(), kMaxKernels);
  for (size_t i = 0; i < entries.size(); ++i) owner[entries[i].facts.section] = static_cast<uint16_t>(i);
  return owner;
}

}  // namespace

std::optional<std::string> arch_of(const ElfHeader& header) {
  constexpr uint32_t kSmMask = 0xff;
  constexpr uint32_t kSmShiftV2 = 8;
  uint32_t sm = 0;
  if (header.abi_version == kAbiV1) sm = header.flags & kSmMask;
  if (header.abi_version == kAbiV2) sm = (header.flags >> kSmShiftV2) & kSmMask;
  return sm == 0 ? std::nullopt : std::optional(std::to_string(sm));
}

Result<std::vector<KernelFacts>> read_kernels(const ElfFile& file) {
  auto entries = find_entries(file);
  if (!entries) return tl::unexpected(entries.error());
  const std::vector<uint16_t> owner = owners(file, *entries);
  for (const Section& section : file.sections()) {
    if (section.type == kInfoSection && section.name == kInfoName) read_module_info(section.bytes, *entries);
    if (section.info >= owner.size() || owner[section.info] >= entries->size()) continue;
    read_own_section(section, (*entries)[owner[section.info]].facts);
  }
  std::vector<KernelFacts> kernels;
  kernels.reserve(entries->size());
  for (const Entry& entry : *entries) kernels.push_back(entry.facts);
  return kernels;
}

Result<void> check_info_sections(const ElfFile& file) {
  for (const Section& section : file.sections()) {
    if (section.type != kInfoSection) continue;
    InfoRecords records(section.bytes);
    while (records.next()) {
    }
    if (!records.whole()) return malformed(fmt::format("{}: a record ends past its section", section.name));
  }
  return {};
}

}  // namespace tcm::cuda_backend
