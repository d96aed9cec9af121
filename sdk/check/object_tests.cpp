// SPDX-License-Identifier: Apache-2.0
// The object as a file: its symbols, before anything of it runs; then loading it.
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include "sdk/check/plugin.hpp"

namespace tcm::check {
namespace {

constexpr std::string_view kEntryPrefix = "tcm_kernel_backend_plugin_v";
constexpr auto kSlowLoad = std::chrono::milliseconds(100);

/// Names that the dynamic symbol table defines for others.
std::vector<std::string> exported_symbols(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Failure(fmt::format("cannot be opened: {}", std::strerror(errno)));
  elf_version(EV_CURRENT);
  Elf* elf = elf_begin(fd, ELF_C_READ, nullptr);
  std::vector<std::string> names;
  const bool is_elf = elf != nullptr && elf_kind(elf) == ELF_K_ELF;
  for (Elf_Scn* section = nullptr; is_elf && (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNSYM) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Sym symbol;
    for (int row = 0; data != nullptr && gelf_getsym(data, row, &symbol) != nullptr; ++row) {
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      const bool defined = symbol.st_shndx != SHN_UNDEF && GELF_ST_BIND(symbol.st_info) != STB_LOCAL;
      if (defined && name != nullptr && *name != '\0') names.emplace_back(name);
    }
  }
  if (elf != nullptr) elf_end(elf);
  ::close(fd);
  if (!is_elf) throw Failure("not an ELF object");
  return names;
}

Finding has_entry(const Subject& subject) {
  std::string other;
  for (const auto& name : exported_symbols(subject.path)) {
    if (name == TCM_PLUGIN_ENTRY_NAME) return pass();
    if (name.starts_with(kEntryPrefix)) other = name;
  }
  if (!other.empty()) return fail(fmt::format("exports {}, of another major than {}", other, TCM_PLUGIN_ABI_MAJOR));
  return fail("exports no " TCM_PLUGIN_ENTRY_NAME);
}

Finding exports_only_entries(const Subject& subject) {
  std::string more;
  int count = 0;
  for (const auto& name : exported_symbols(subject.path)) {
    if (name.starts_with(kEntryPrefix)) continue;
    if (++count <= 3) more += (more.empty() ? "" : ", ") + name;
  }
  if (count == 0) return pass();
  return fail(
      fmt::format("exports {} more symbols ({}{}); link with a version script", count, more, count > 3 ? ", ..." : ""));
}

Finding loads(const Subject& subject) {
  load(subject.path);
  return pass();
}

Finding loads_quickly(const Subject& subject) {
  const auto start = std::chrono::steady_clock::now();
  load(subject.path);
  const auto took = std::chrono::steady_clock::now() - start;
  if (took <= kSlowLoad) return pass();
  return warn(fmt::format("took {} ms to load, {} are plenty",
                          std::chrono::duration_cast<std::chrono::milliseconds>(took).count(), kSlowLoad.count()));
}

Finding entry_is_constant(const Subject& subject) {
  const auto* first = &describe(subject.path);
  return first == &describe(subject.path) ? pass() : fail("returned another pointer at the second call");
}

}  // namespace

std::vector<Test> object_tests() {
  return {
      {"object.entry", "P-1", "exports the entry", 0, true, has_entry},
      {"object.exports", "P-2", "exports nothing else", 1, false, exports_only_entries},
      {"object.load", "P-3", "loads with all symbols resolved", 1, true, loads},
      {"object.load_time", "P-4", "loads within 100 ms", 2, false, loads_quickly},
      {"entry.constant", "P-10", "the entry returns the same descriptor at every call", 2, true, entry_is_constant},
  };
}

}  // namespace tcm::check
