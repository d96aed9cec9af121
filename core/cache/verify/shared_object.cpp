// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/shared_object.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include "core/util/system/env.hpp"
#include "core/util/system/file.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);
using Dynamic = ElfW(Dyn);

constexpr std::size_t kMaxNeeded = 256;
constexpr std::size_t kMaxName = 4096;
constexpr std::size_t kMaxCacheBytes = std::size_t{16} << 20;

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#elif defined(__powerpc64__)
constexpr unsigned kMachine = EM_PPC64;
#else
constexpr unsigned kMachine = EM_NONE;
#endif

template <class T>
std::optional<T> at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

bool lies_within(std::string_view bytes, std::uint64_t offset, std::uint64_t size) {
  return offset <= bytes.size() && size <= bytes.size() - offset;
}

std::string header_problem(std::string_view bytes, const std::optional<Header>& header) {
  if (bytes.size() < SELFMAG || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0) return "not an ELF object";
  if (!header) return "cut short: its header is not whole";
  if (header->e_ident[EI_CLASS] != (sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32) ||
      (kMachine != EM_NONE && header->e_machine != kMachine))
    return fmt::format("made for another machine (ELF machine {})", header->e_machine);
  if (header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT) return "of an unknown ELF version";
  if (header->e_type != ET_DYN) return "not a shared object";
  if (header->e_phnum == 0 || header->e_phentsize != sizeof(Segment)) return "has no program header";
  if (!lies_within(bytes, header->e_phoff, std::uint64_t{header->e_phnum} * sizeof(Segment)))
    return "cut short: its program header lies past the end of the file";
  if (header->e_shnum != 0 && header->e_shentsize != sizeof(Section)) return "has sections of a wrong size";
  if (header->e_shnum != 0 && !lies_within(bytes, header->e_shoff, std::uint64_t{header->e_shnum} * sizeof(Section)))
    return "cut short: its section table lies past the end of the file";
  return {};
}

/// What the dynamic table says, as far as it matters here.
struct DynamicTable {
  std::uint64_t strings = 0;
  std::vector<std::uint64_t> needed;
  std::vector<std::uint64_t> search;
};

class Inspection {
 public:
  explicit Inspection(std::string_view bytes) : bytes_(bytes), header_(at<Header>(bytes, 0)) {}

  SharedObject run() {
    object_.problem = header_problem(bytes_, header_);
    if (object_.problem.empty()) read_segments();
    if (object_.problem.empty()) check_sections();
    if (object_.problem.empty()) read_dynamic();
    return std::move(object_);
  }

 private:
  void refuse(std::string_view why) {
    if (object_.problem.empty()) object_.problem = why;
  }

  void read_segments() {
    for (unsigned i = 0; i < header_->e_phnum; ++i) {
      const Segment segment = *at<Segment>(bytes_, header_->e_phoff + std::uint64_t{i} * sizeof(Segment));
      if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC) continue;
      if (!lies_within(bytes_, segment.p_offset, segment.p_filesz))
        refuse("cut short: a segment lies past the end of the file");
      if (segment.p_filesz > segment.p_memsz) refuse("malformed: a segment is larger in the file than in memory");
      (segment.p_type == PT_LOAD ? loads_ : dynamics_).push_back(segment);
    }
    if (loads_.empty()) refuse("malformed: nothing in it is loaded");
    if (dynamics_.size() != 1) refuse("malformed: has no dynamic table");
  }

  void check_sections() {
    for (unsigned i = 0; i < header_->e_shnum; ++i) {
      const Section section = *at<Section>(bytes_, header_->e_shoff + std::uint64_t{i} * sizeof(Section));
      if (section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL) continue;
      if (!lies_within(bytes_, section.sh_offset, section.sh_size))
        refuse("cut short: a section lies past the end of the file");
    }
  }

  std::optional<std::uint64_t> offset_of(std::uint64_t address) const {
    for (const Segment& load : loads_)
      if (address >= load.p_vaddr && address - load.p_vaddr < load.p_filesz)
        return load.p_offset + (address - load.p_vaddr);
    return std::nullopt;
  }

  void read_dynamic() {
    DynamicTable table;
    const Segment& dynamic = dynamics_.front();
    bool ended = false;
    for (std::uint64_t i = 0; (i + 1) * sizeof(Dynamic) <= dynamic.p_filesz && !ended; ++i) {
      const Dynamic entry = *at<Dynamic>(bytes_, dynamic.p_offset + i * sizeof(Dynamic));
      ended = entry.d_tag == DT_NULL;
      if (entry.d_tag == DT_STRTAB) table.strings = entry.d_un.d_ptr;
      if (entry.d_tag == DT_NEEDED && table.needed.size() < kMaxNeeded) table.needed.push_back(entry.d_un.d_val);
      if ((entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) && table.search.size() < kMaxNeeded)
        table.search.push_back(entry.d_un.d_val);
    }
    const auto strings = offset_of(table.strings);
    if (!ended || !strings) return refuse("malformed: its dynamic table has no end or no strings");
    for (const std::uint64_t name : table.needed) object_.needed.emplace_back(string_at(*strings, name));
    for (const std::uint64_t list : table.search)
      for (const std::string_view directory : util::split(string_at(*strings, list), ':'))
        if (directory.starts_with('/') && object_.search.size() < kMaxNeeded) object_.search.emplace_back(directory);
  }

  std::string_view string_at(std::uint64_t table, std::uint64_t offset) {
    if (offset >= bytes_.size() - table)
      return refuse("malformed: a name lies past the end of the file"), std::string_view();
    const std::string_view rest = bytes_.substr(table + offset);
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return refuse("malformed: a name has no end"), std::string_view();
    if (end > kMaxName) return refuse("malformed: a name is longer than any path"), std::string_view();
    return rest.substr(0, end);
  }

  std::string_view bytes_;
  std::optional<Header> header_;
  SharedObject object_;
  std::vector<Segment> loads_;
  std::vector<Segment> dynamics_;
};

bool is_library(std::string_view name) {
  return name.find(".so") != std::string_view::npos && name.find('/') == std::string_view::npos;
}

// The linker's cache is a table of offsets into strings: what is wanted is only which names stand in it. A name is
// often no string of its own, but the end of its path.
void add_linker_cache(LibraryNames& names) {
  const auto file = util::read_small_file("/etc/ld.so.cache", kMaxCacheBytes);
  if (!file) return;
  for (std::string_view rest = file->text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    const std::string_view word = rest.substr(0, end);
    if (const std::string_view name = word.substr(word.rfind('/') + 1); is_library(name)) names.emplace(name);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void add_directory(const std::string& path, LibraryNames& names) {
  std::error_code error;
  for (std::filesystem::directory_iterator item(path, error), end; !error && item != end; item.increment(error))
    if (std::string name = item->path().filename().string(); is_library(name)) names.insert(std::move(name));
}

LibraryNames find_system_libraries() {
  LibraryNames names;
  add_linker_cache(names);
  for (const char* directory : {"/lib", "/usr/lib", "/lib64", "/usr/lib64"}) add_directory(directory, names);
  const std::string more = util::get_env("LD_LIBRARY_PATH").value_or("");
  for (const std::string_view directory : util::split(more, ':'))
    if (directory.starts_with('/')) add_directory(std::string(directory), names);
  return names;
}

/// Whether a directory is one of the system's libraries. A path out of a cache may lead anywhere: to a device that
/// reacts, to a server that never answers.
bool is_of_the_system(const std::string& directory) {
  const std::string path = std::filesystem::path(directory).lexically_normal().string() + "/";
  constexpr std::array<std::string_view, 5> kDirectories{"/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/",
                                                         "/usr/local/lib/"};
  return std::any_of(kDirectories.begin(), kDirectories.end(),
                     [&path](std::string_view known) { return path.starts_with(known); });
}

bool is_in_a_directory(const std::vector<std::string>& directories, std::string_view name) {
  std::error_code error;
  return std::any_of(directories.begin(), directories.end(), [&](const std::string& directory) {
    return is_of_the_system(directory) && std::filesystem::exists(std::filesystem::path(directory) / name, error);
  });
}

}  // namespace

SharedObject inspect_shared_object(std::string_view bytes) { return Inspection(bytes).run(); }

const LibraryNames& system_libraries() {
  static const LibraryNames names = find_system_libraries();
  return names;
}

std::optional<MissedLibrary> replaced_library(const SharedObject& object, const LibraryNames& known) {
  constexpr std::string_view kVersionMark = ".so.";
  for (const std::string& name : object.needed) {
    const std::size_t mark = name.find(kVersionMark);
    if (mark == std::string::npos || !is_library(name) || known.contains(name)) continue;
    if (is_in_a_directory(object.search, name)) continue;
    const std::string_view family = std::string_view(name).substr(0, mark + kVersionMark.size());
    const auto other = known.lower_bound(family);
    if (other != known.end() && other->starts_with(family))
      return MissedLibrary{fmt::format("{}, and here is {}", util::escape_control(name), util::escape_control(*other)),
                           std::all_of(object.search.begin(), object.search.end(), is_of_the_system)};
  }
  return std::nullopt;
}

}  // namespace tcm::cache
