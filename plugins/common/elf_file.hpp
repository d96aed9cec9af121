// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <libelf.h>
#include <tcm/plugin/plugin.hpp>

#include "plugins/common/problem.hpp"

// A 64-bit little-endian ELF file in memory, read with libelf. The bytes may be anything: every offset is checked
// against the buffer before it is followed, and what is allocated is bounded by bytes that are really there.
namespace tcm::plugin_common {

// What is expected of the file.
struct ElfKind {
  uint16_t machine;       // e_machine
  std::string_view name;  // for messages: "cubin"
};

struct ElfHeader {
  uint16_t type;
  uint8_t os_abi;
  uint8_t abi_version;
  uint32_t flags;
};

struct Section {
  std::string_view name;
  uint32_t name_at;  // in the table of section names
  uint32_t type;
  uint64_t flags;
  uint64_t size;  // as its header says; a NOBITS section has no bytes in the file
  uint64_t address;
  uint32_t link;
  uint32_t info;
  uint64_t entry_size;
  plugin::Bytes bytes;
};

struct Segment {
  uint32_t type;
  uint64_t offset;
  uint64_t file_size;
  uint64_t memory_size;
};

struct Symbol {
  std::string_view name;  // empty when it has none
  uint8_t type;           // STT_…
  uint8_t other;          // st_other, whole
  uint16_t section;       // index, or SHN_…
  uint64_t value;
  uint64_t size;
};

struct Note {
  std::string_view owner;
  uint32_t type;
  plugin::Bytes description;
};

// The symbols of one table, read one at a time.
class SymbolTable {
 public:
  SymbolTable() = default;  // an empty one
  uint32_t size() const { return count_; }
  // Nothing when the symbol's name lies outside the string table.
  std::optional<Symbol> at(uint32_t index) const;

 private:
  friend class ElfFile;
  Elf_Data* data_ = nullptr;
  plugin::Bytes names_;
  uint32_t count_ = 0;
};

// Views into `bytes`, which must outlive it. Not shared between threads.
class ElfFile {
 public:
  // TCM_NOT_APPLICABLE: not ELF. TCM_TRUNCATED: an ELF file, or the start of one (an empty file is), that ends before
  // what its headers say. TCM_MALFORMED: headers that contradict themselves, or an ELF file of another machine.
  static Result<ElfFile> open(plugin::Bytes bytes, const ElfKind& kind);

  const ElfHeader& header() const { return header_; }
  plugin::Bytes bytes() const { return bytes_; }

  // All sections by index; the first is the null section. Bounds and names are checked.
  const std::vector<Section>& sections() const { return sections_; }

  // The first section of that type, or null.
  const Section* find_type(uint32_t type) const;

  // Section `section` as a table of symbols.
  Result<SymbolTable> symbols(const Section& section) const;

  // All notes of a note section. TCM_MALFORMED when they do not fill it exactly.
  Result<std::vector<Note>> notes(const Section& section) const;

  // Program headers, bounds not checked.
  Result<std::vector<Segment>> segments() const;

 private:
  struct CloseElf {
    void operator()(Elf* elf) const;
  };

  ElfFile() = default;
  Result<void> read_sections(uint32_t count, uint32_t names_index);
  size_t index_of(const Section& section) const { return static_cast<size_t>(&section - sections_.data()); }

  plugin::Bytes bytes_;
  std::unique_ptr<Elf, CloseElf> elf_;
  ElfHeader header_{};
  std::vector<Section> sections_;
};

}  // namespace tcm::plugin_common
