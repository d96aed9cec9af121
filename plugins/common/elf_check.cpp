// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/elf_check.hpp"

#include <elf.h>
#include <fmt/core.h>

namespace tcm::plugin_common {
namespace {

Result<void> check_symbols(const ElfFile& file, const Section& section) {
  const auto table = file.symbols(section);
  if (!table) return tl::unexpected(table.error());
  for (uint32_t index = 0; index < table->size(); ++index) {
    const auto symbol = table->at(index);
    if (!symbol) return malformed(fmt::format("{}: the name of symbol {} lies outside the names", section.name, index));
    if (symbol->section < SHN_LORESERVE && symbol->section >= file.sections().size()) {
      return malformed(fmt::format("{}: symbol {} is in a section that does not exist", section.name, index));
    }
  }
  return {};
}

Result<void> check_section(const ElfFile& file, const Section& section) {
  if (section.link >= file.sections().size()) return malformed("a section links to one that does not exist");
  if (section.type == SHT_SYMTAB || section.type == SHT_DYNSYM) return check_symbols(file, section);
  if (section.type == SHT_NOTE) {
    if (auto notes = file.notes(section); !notes) return tl::unexpected(notes.error());
  }
  return {};
}

Result<void> check_segments(const ElfFile& file) {
  const auto segments = file.segments();
  if (!segments) return tl::unexpected(segments.error());
  for (const Segment& segment : *segments) {
    if (!file.bytes().holds(segment.offset, segment.file_size)) {
      return truncated(fmt::format("a segment ends past the file ({} bytes)", file.bytes().size()));
    }
    if (segment.type == PT_LOAD && segment.file_size > segment.memory_size) {
      return malformed("a segment is larger in the file than in memory");
    }
  }
  return {};
}

}  // namespace

Result<void> check_structure(const ElfFile& file) {
  for (const Section& section : file.sections()) {
    if (section.type == SHT_NULL) continue;
    if (auto checked = check_section(file, section); !checked) return checked;
  }
  return check_segments(file);
}

}  // namespace tcm::plugin_common
