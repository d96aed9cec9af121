// SPDX-License-Identifier: Apache-2.0
#include "plugins/rocm/hsaco.hpp"

#include <unordered_map>

#include <elf.h>
#include <fmt/core.h>

#include "plugins/rocm/arch.hpp"
#include "plugins/rocm/mach.hpp"

namespace tcm::rocm_backend {

using plugin_common::ElfFile;
using plugin_common::malformed;
using plugin_common::problem;
using plugin_common::Result;
using plugin_common::Section;
using plugin_common::Symbol;

namespace {

constexpr std::string_view kNoteOwner = "AMDGPU";
constexpr uint32_t kMetadataNote = 32;  // NT_AMDGPU_METADATA
// The size of a kernel descriptor, the same for all processors.
constexpr uint64_t kDescriptorBytes = 64;

Result<plugin::Bytes> find_metadata_note(const ElfFile& file) {
  for (const Section& section : file.sections()) {
    if (section.type != SHT_NOTE) continue;
    const auto notes = file.notes(section);
    if (!notes) return tl::unexpected(notes.error());
    for (const auto& note : *notes) {
      if (note.type == kMetadataNote && note.owner == kNoteOwner) return note.description;
    }
  }
  return problem(TCM_UNSUPPORTED_VERSION, "no metadata note");
}

// The loader goes by .dynsym; .symtab may have been stripped.
const Section* symbol_section(const ElfFile& file) {
  const Section* dynamic = file.find_type(SHT_DYNSYM);
  return dynamic != nullptr ? dynamic : file.find_type(SHT_SYMTAB);
}

// Calls visit(symbol) for each symbol that is defined in a section. Broken names are passed over: check_structure
// reports them.
template <class Visit>
Result<void> each_defined(const ElfFile& file, Visit visit) {
  const Section* section = symbol_section(file);
  if (section == nullptr) return {};
  const auto table = file.symbols(*section);
  if (!table) return tl::unexpected(table.error());
  for (uint32_t index = 0; index < table->size(); ++index) {
    const auto symbol = table->at(index);
    if (symbol && symbol->section != SHN_UNDEF && symbol->section < file.sections().size()) visit(*symbol);
  }
  return {};
}

Result<void> fill_code_bytes(const ElfFile& file, std::vector<KernelFacts>& kernels) {
  std::unordered_map<std::string_view, KernelFacts*> by_name;
  for (KernelFacts& kernel : kernels) by_name.emplace(kernel.name, &kernel);
  return each_defined(file, [&](const Symbol& symbol) {
    if (symbol.type != STT_FUNC) return;
    if (const auto kernel = by_name.find(symbol.name); kernel != by_name.end()) {
      kernel->second->code_bytes = symbol.size;
    }
  });
}

}  // namespace

Result<CodeObjectMetadata> read_code_object(const ElfFile& file) {
  const auto note = find_metadata_note(file);
  if (!note) return tl::unexpected(note.error());
  auto metadata = read_metadata(note->text());
  if (!metadata) return metadata;
  if (auto filled = fill_code_bytes(file, metadata->kernels); !filled) return tl::unexpected(filled.error());
  return metadata;
}

std::optional<std::string> arch_of(const ElfFile& file, const CodeObjectMetadata& metadata) {
  if (auto arch = arch_of_target(metadata.target)) return arch;
  const std::string_view processor = processor_of(file.header().flags);
  return processor.empty() ? std::nullopt : std::optional(std::string(processor));
}

Result<void> check_code_object(const ElfFile& file, const CodeObjectMetadata& metadata) {
  const auto noted = arch_of_target(metadata.target);
  const std::string_view processor = processor_of(file.header().flags);
  if (noted && !processor.empty() && *noted != processor) {
    return malformed(fmt::format("the metadata note says {}, the ELF header {}", *noted, processor));
  }
  std::unordered_map<std::string_view, uint64_t> descriptors;
  auto seen = each_defined(file, [&](const Symbol& symbol) {
    if (symbol.type == STT_OBJECT) descriptors.emplace(symbol.name, symbol.size);
  });
  if (!seen) return seen;
  for (const KernelFacts& kernel : metadata.kernels) {
    const auto found = descriptors.find(kernel.symbol);
    if (found == descriptors.end()) return malformed("a kernel of the metadata note has no descriptor");
    if (found->second != kDescriptorBytes) return malformed("a kernel descriptor has a wrong size");
  }
  return {};
}

}  // namespace tcm::rocm_backend
