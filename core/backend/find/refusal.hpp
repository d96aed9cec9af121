// SPDX-License-Identifier: Apache-2.0
// Why a plugin is not in use. Kept as a record: one bad plugin never stops a run.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcm::backend {

/// How far a plugin came, in the order of the checks. Up to `symbols` none of its code has run.
enum class Stage : std::uint8_t {
  directory,   ///< a directory of the search path
  disabled,    ///< switched off by the user
  file,        ///< path, type, owner, permissions
  elf,         ///< not an object of this machine
  symbols,     ///< no entry of a known major version
  load,        ///< the dynamic loader said no
  entry,       ///< the entry failed
  descriptor,  ///< what the entry returned breaks a rule
  duplicate,   ///< another plugin of the same id came first
  open,        ///< open failed
};

struct StageWord {
  Stage value;
  std::string_view name;
};

inline constexpr std::array<StageWord, 10> kStages{{
    {Stage::directory, "directory"},
    {Stage::disabled, "disabled"},
    {Stage::file, "file"},
    {Stage::elf, "elf"},
    {Stage::symbols, "symbols"},
    {Stage::load, "load"},
    {Stage::entry, "entry"},
    {Stage::descriptor, "descriptor"},
    {Stage::duplicate, "duplicate"},
    {Stage::open, "open"},
}};

constexpr std::string_view to_string(Stage stage) {
  for (const auto& word : kStages)
    if (word.value == stage) return word.name;
  return {};
}

struct Refusal {
  std::string path;  ///< of the plugin, or of the directory
  Stage stage = Stage::file;
  std::string reason;  ///< one line for people, safe to print; does not repeat the path
};

}  // namespace tcm::backend
