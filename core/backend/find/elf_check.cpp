// SPDX-License-Identifier: Apache-2.0
#include "core/backend/find/elf_check.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include <elf.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <link.h>
#include <tcm/plugin/plugin.h>
#include <unistd.h>

#include "core/util/text/text.hpp"

// The header of the running program, put there by the linker: what a loadable object has to look like.
extern "C" __attribute__((visibility("hidden"))) const ElfW(Ehdr) __ehdr_start;  // NOLINT: the linker's name

namespace tcm::backend {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{4} << 30;
// A dynamic symbol table of a backend has some hundred rows. Read whole, so bounded.
constexpr std::uint64_t kMaxTableBytes = std::uint64_t{64} << 20;
constexpr std::string_view kEntryPrefix = "tcm_kernel_backend_plugin_v";

struct CloseElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, CloseElf>;

/// What was found among the exported functions.
struct Entries {
  bool known = false;
  std::string other;  ///< an entry of another major
};

bool is_exported_function(const GElf_Sym& symbol) {
  const auto binding = GELF_ST_BIND(symbol.st_info);
  const auto type = GELF_ST_TYPE(symbol.st_info);
  return symbol.st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK) &&
         (type == STT_FUNC || type == STT_GNU_IFUNC);
}

void collect_entries(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, Entries& entries) {
  if (header.sh_size > kMaxTableBytes || header.sh_entsize == 0) return;
  Elf_Scn* strings = elf_getscn(elf, header.sh_link);
  GElf_Shdr string_header;
  if (strings == nullptr || gelf_getshdr(strings, &string_header) == nullptr) return;
  if (string_header.sh_type != SHT_STRTAB || string_header.sh_size > kMaxTableBytes) return;
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr) return;
  const auto rows = static_cast<int>(std::min<std::uint64_t>(header.sh_size / header.sh_entsize, kMaxTableBytes));
  GElf_Sym symbol;
  for (int row = 0; row < rows && gelf_getsym(data, row, &symbol) != nullptr; ++row) {
    if (!is_exported_function(symbol)) continue;
    const char* text = elf_strptr(elf, header.sh_link, symbol.st_name);
    if (text == nullptr) continue;
    const std::string_view name(text);
    if (name == TCM_PLUGIN_ENTRY_NAME) entries.known = true;
    if (name.starts_with(kEntryPrefix)) entries.other = name.substr(kEntryPrefix.size());
  }
}

Entries find_entries(Elf* elf) {
  Entries entries;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) != nullptr && header.sh_type == SHT_DYNSYM)
      collect_entries(elf, section, header, entries);
  }
  return entries;
}

}  // namespace

std::optional<std::string> elf_header_problem(int fd, std::uint64_t size) {
  ElfW(Ehdr) header{};
  const ssize_t got = ::pread(fd, &header, sizeof header, 0);
  if (got < static_cast<ssize_t>(SELFMAG) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return "not an ELF object";
  if (got != static_cast<ssize_t>(sizeof header)) return "truncated: its ELF header is not whole";
  if (size > kMaxFileBytes) return "over 4 GiB";

  const ElfW(Ehdr)& own = __ehdr_start;
  if (header.e_ident[EI_CLASS] != own.e_ident[EI_CLASS] || header.e_ident[EI_DATA] != own.e_ident[EI_DATA] ||
      header.e_machine != own.e_machine)
    return fmt::format("built for another machine (ELF machine {}, this program's is {})", header.e_machine,
                       own.e_machine);
  if (header.e_ident[EI_VERSION] != EV_CURRENT || header.e_version != EV_CURRENT) return "unknown ELF version";
  if (header.e_type != ET_DYN) return "not a shared object";

  // The section table is what libelf allocates by, so it has to be in the file and its count in the header.
  if (header.e_shoff == 0 || header.e_shnum == 0) return "has no section table (stripped of its headers?)";
  if (header.e_shentsize != sizeof(ElfW(Shdr))) return "malformed: section table of a wrong entry size";
  const std::uint64_t table = std::uint64_t{header.e_shnum} * sizeof(ElfW(Shdr));
  if (table > size || header.e_shoff > size - table)
    return "truncated: its section table lies past the end of the file";
  return std::nullopt;
}

std::optional<std::string> entry_problem(int fd) {
  elf_version(EV_CURRENT);
  const ElfHandle elf(elf_begin(fd, ELF_C_READ, nullptr));
  if (!elf || elf_kind(elf.get()) != ELF_K_ELF) return "its ELF structure cannot be read";
  const Entries entries = find_entries(elf.get());
  if (entries.known) return std::nullopt;
  if (!entries.other.empty())
    return fmt::format("made for major version {} of the plugin interface, this tcm reads {}; update tcm or the plugin",
                       util::escape_control(entries.other.substr(0, 16)), TCM_PLUGIN_ABI_MAJOR);
  return fmt::format("exports no {}: not a tcm backend", TCM_PLUGIN_ENTRY_NAME);
}

}  // namespace tcm::backend
