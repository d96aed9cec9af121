// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include <elf.h>

// Breaks a good ELF file in one place, for tests.
namespace tcm::plugin_test {

template <class T>
T get(const std::string& bytes, size_t at) {
  T value;
  if (at + sizeof value > bytes.size()) throw std::out_of_range("past the sample");
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <class T>
void put(std::string& bytes, size_t at, T value) {
  if (at + sizeof value > bytes.size()) throw std::out_of_range("past the sample");
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

inline Elf64_Ehdr header_of(const std::string& bytes) { return get<Elf64_Ehdr>(bytes, 0); }

inline size_t section_at(const std::string& bytes, size_t index) {
  return header_of(bytes).e_shoff + index * sizeof(Elf64_Shdr);
}

inline Elf64_Shdr section(const std::string& bytes, size_t index) {
  return get<Elf64_Shdr>(bytes, section_at(bytes, index));
}

// The index of the section of that name.
inline size_t find_section(const std::string& bytes, std::string_view name) {
  const Elf64_Shdr names = section(bytes, header_of(bytes).e_shstrndx);
  for (size_t index = 1; index < header_of(bytes).e_shnum; ++index) {
    if (bytes.data() + names.sh_offset + section(bytes, index).sh_name == name) return index;
  }
  throw std::out_of_range("no section " + std::string(name));
}

// Changes one section header: edit(header).
template <class Edit>
void edit_section(std::string& bytes, size_t index, Edit edit) {
  Elf64_Shdr header = section(bytes, index);
  edit(header);
  put(bytes, section_at(bytes, index), header);
}

// Changes the file's header: edit(header).
template <class Edit>
void edit_header(std::string& bytes, Edit edit) {
  Elf64_Ehdr header = header_of(bytes);
  edit(header);
  put(bytes, 0, header);
}

}  // namespace tcm::plugin_test
