// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/elf_file.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <gelf.h>

namespace tcm::plugin_common {
namespace {

using plugin::Bytes;

constexpr std::string_view kMagic =
    "\x7f"
    "ELF";
constexpr size_t kHeaderBytes = sizeof(Elf64_Ehdr);

// What libelf takes on trust and must not: it allocates its table of sections by the number that the header claims
// (and, with extended numbering, by a 64-bit number in the first section), before it looks whether they are there.
Result<Elf64_Ehdr> checked_header(Bytes bytes, const ElfKind& kind) {
  const std::string_view start = bytes.text().substr(0, kMagic.size());
  if (start != kMagic.substr(0, start.size()))
    return problem(TCM_NOT_APPLICABLE, fmt::format("not a {}: no ELF magic", kind.name));
  if (bytes.size() < kHeaderBytes) {
    return truncated(fmt::format("{} bytes, less than an ELF header ({})", bytes.size(), kHeaderBytes));
  }
  if (bytes.data()[EI_CLASS] != ELFCLASS64 || bytes.data()[EI_DATA] != ELFDATA2LSB) {
    return malformed(fmt::format("not a {}: not a 64-bit little-endian ELF file", kind.name));
  }
  Elf64_Ehdr header{};
  std::copy_n(bytes.data(), EI_NIDENT, header.e_ident);
  header.e_type = *bytes.u16(offsetof(Elf64_Ehdr, e_type));
  header.e_machine = *bytes.u16(offsetof(Elf64_Ehdr, e_machine));
  header.e_flags = *bytes.u32(offsetof(Elf64_Ehdr, e_flags));
  header.e_phoff = *bytes.u64(offsetof(Elf64_Ehdr, e_phoff));
  header.e_shoff = *bytes.u64(offsetof(Elf64_Ehdr, e_shoff));
  header.e_phentsize = *bytes.u16(offsetof(Elf64_Ehdr, e_phentsize));
  header.e_phnum = *bytes.u16(offsetof(Elf64_Ehdr, e_phnum));
  header.e_shentsize = *bytes.u16(offsetof(Elf64_Ehdr, e_shentsize));
  header.e_shnum = *bytes.u16(offsetof(Elf64_Ehdr, e_shnum));
  header.e_shstrndx = *bytes.u16(offsetof(Elf64_Ehdr, e_shstrndx));
  if (header.e_machine != kind.machine) {
    return malformed(fmt::format("not a {}: ELF machine {}, expected {}", kind.name, header.e_machine, kind.machine));
  }
  return header;
}

Result<void> check_tables(Bytes bytes, const Elf64_Ehdr& header) {
  if (header.e_shnum == 0 || header.e_shoff == 0) return malformed("no section table");
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return malformed("section headers of a wrong size");
  if (!bytes.holds(header.e_shoff, uint64_t{header.e_shnum} * sizeof(Elf64_Shdr))) {
    return truncated(fmt::format("the section table ends past the file ({} bytes)", bytes.size()));
  }
  if (header.e_shstrndx >= header.e_shnum) return malformed("no table of section names");
  if (header.e_phnum == 0) return {};
  if (header.e_phnum == PN_XNUM || header.e_phentsize != sizeof(Elf64_Phdr)) {
    return malformed("program headers of a wrong size or number");
  }
  if (!bytes.holds(header.e_phoff, uint64_t{header.e_phnum} * sizeof(Elf64_Phdr))) {
    return truncated(fmt::format("the program headers end past the file ({} bytes)", bytes.size()));
  }
  return {};
}

void fill(Section& section, const GElf_Shdr& header) {
  section.name_at = header.sh_name;
  section.type = header.sh_type;
  section.flags = header.sh_flags;
  section.size = header.sh_size;
  section.address = header.sh_addr;
  section.link = header.sh_link;
  section.info = header.sh_info;
  section.entry_size = header.sh_entsize;
}

std::string libelf_says() {
  const char* text = elf_errmsg(-1);
  return text == nullptr ? "unknown error" : text;
}

}  // namespace

void ElfFile::CloseElf::operator()(Elf* elf) const { elf_end(elf); }

Result<ElfFile> ElfFile::open(Bytes bytes, const ElfKind& kind) {
  const auto header = checked_header(bytes, kind);
  if (!header) return tl::unexpected(header.error());
  if (auto tables = check_tables(bytes, *header); !tables) return tl::unexpected(tables.error());

  static const bool kReady = elf_version(EV_CURRENT) != EV_NONE;
  if (!kReady) return problem(TCM_INTERNAL, "libelf is of another version");
  ElfFile file;
  file.bytes_ = bytes;
  file.header_ = {header->e_type, header->e_ident[EI_OSABI], header->e_ident[EI_ABIVERSION], header->e_flags};
  // libelf's parameter is not const, but a file opened this way is only read.
  file.elf_.reset(elf_memory(const_cast<char*>(reinterpret_cast<const char*>(bytes.data())), bytes.size()));
  if (!file.elf_) return malformed("libelf cannot read it: " + libelf_says());
  if (auto read = file.read_sections(header->e_shnum, header->e_shstrndx); !read) {
    return tl::unexpected(read.error());
  }
  return file;
}

Result<void> ElfFile::read_sections(uint32_t count, uint32_t names_index) {
  sections_.resize(count);
  for (uint32_t index = 0; index < count; ++index) {
    GElf_Shdr header;
    if (gelf_getshdr(elf_getscn(elf_.get(), index), &header) == nullptr) {
      return malformed(fmt::format("section {}: {}", index, libelf_says()));
    }
    Section& section = sections_[index];
    fill(section, header);
    // The null section's fields may count sections and segments; they bound nothing.
    if (header.sh_type != SHT_NOBITS && header.sh_type != SHT_NULL) {
      const auto bytes = bytes_.slice(header.sh_offset, header.sh_size);
      if (!bytes) return truncated(fmt::format("section {} ends past the file ({} bytes)", index, bytes_.size()));
      section.bytes = *bytes;
    }
  }
  const Section& names = sections_[names_index];
  if (names.type != SHT_STRTAB) return malformed("no table of section names");
  for (Section& section : sections_) {
    if (section.type == SHT_NULL) continue;
    const auto name = names.bytes.c_string(section.name_at);
    if (!name) return malformed(fmt::format("section {}: its name lies outside the names", index_of(section)));
    section.name = *name;
  }
  return {};
}

const Section* ElfFile::find_type(uint32_t type) const {
  const auto found =
      std::find_if(sections_.begin(), sections_.end(), [type](const Section& s) { return s.type == type; });
  return found == sections_.end() ? nullptr : &*found;
}

std::optional<Symbol> SymbolTable::at(uint32_t index) const {
  GElf_Sym raw;
  if (index >= count_ || gelf_getsym(data_, static_cast<int>(index), &raw) == nullptr) return std::nullopt;
  Symbol symbol{{},         static_cast<uint8_t>(GELF_ST_TYPE(raw.st_info)), raw.st_other, raw.st_shndx, raw.st_value,
                raw.st_size};
  if (raw.st_name == 0) return symbol;
  const auto name = names_.c_string(raw.st_name);
  if (!name) return std::nullopt;
  symbol.name = *name;
  return symbol;
}

Result<SymbolTable> ElfFile::symbols(const Section& section) const {
  const size_t index = index_of(section);
  if (section.entry_size != sizeof(Elf64_Sym) || section.size % sizeof(Elf64_Sym) != 0) {
    return malformed(fmt::format("section {}: symbols of a wrong size", index));
  }
  if (section.link >= sections_.size() || sections_[section.link].type != SHT_STRTAB) {
    return malformed(fmt::format("section {}: symbols without a table of names", index));
  }
  SymbolTable table;
  table.names_ = sections_[section.link].bytes;
  table.count_ = static_cast<uint32_t>(section.bytes.size() / sizeof(Elf64_Sym));
  if (table.count_ == 0) return table;
  table.data_ = elf_getdata(elf_getscn(elf_.get(), index), nullptr);
  if (table.data_ == nullptr) return malformed(fmt::format("section {}: {}", index, libelf_says()));
  return table;
}

Result<std::vector<Note>> ElfFile::notes(const Section& section) const {
  std::vector<Note> found;
  if (section.bytes.empty()) return found;
  const size_t index = index_of(section);
  Elf_Data* data = elf_getdata(elf_getscn(elf_.get(), index), nullptr);
  if (data == nullptr) return malformed(fmt::format("section {}: {}", index, libelf_says()));
  size_t offset = 0;
  while (offset < section.bytes.size()) {
    GElf_Nhdr header{};
    size_t name_at = 0;
    size_t description_at = 0;
    const size_t next = gelf_getnote(data, offset, &header, &name_at, &description_at);
    const auto name = section.bytes.slice(name_at, header.n_namesz);
    const auto description = section.bytes.slice(description_at, header.n_descsz);
    if (next <= offset || !name || !description) {
      return malformed(fmt::format("section {}: the note at {} ends past its section", index, offset));
    }
    found.push_back({name->c_string(0).value_or(name->text()), header.n_type, *description});
    offset = next;
  }
  return found;
}

Result<std::vector<Segment>> ElfFile::segments() const {
  std::vector<Segment> found;
  size_t count = 0;
  if (elf_getphdrnum(elf_.get(), &count) != 0) return malformed("program headers: " + libelf_says());
  found.reserve(count);
  for (size_t index = 0; index < count; ++index) {
    GElf_Phdr header;
    if (gelf_getphdr(elf_.get(), static_cast<int>(index), &header) == nullptr) {
      return malformed(fmt::format("program header {}: {}", index, libelf_says()));
    }
    found.push_back({header.p_type, header.p_offset, header.p_filesz, header.p_memsz});
  }
  return found;
}

}  // namespace tcm::plugin_common
