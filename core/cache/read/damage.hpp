// SPDX-License-Identifier: Apache-2.0
// Entries that Triton takes for a hit and then fails on, at every start: told by the names and sizes of their files,
// without opening one.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/cache/format/file_types.hpp"
#include "core/cache/read/draft.hpp"
#include "core/cache/read/entry_files.hpp"

namespace tcm::cache {

/// What a file that a group lists is to a hit.
enum class HitRole : std::uint8_t {
  binary,       ///< what the kernel is run from
  dispensable,  ///< read when it is there
  unknown,
};

/// The role of a file of a kernel of `backend`; `binary_ext` is what its metadata says, without a dot, or empty. Pure.
HitRole role_of(std::string_view name, std::string_view backend, std::string_view binary_ext, const FileTypes& types);

/// Marks the draft as broken when its metadata lacks a field that every hit reads, or when its group lists a binary, or
/// another file that is neither IR nor assembly, that is empty or not there. Missing IR and assembly harm nobody:
/// Triton up to 3.7 hits without, 3.8 and later compile again. Says nothing of files where no backend tells what a
/// kernel of that target is run from, nor of Triton 2, which compiles again what is missing. Files have sizes; their
/// names have not been moved out yet.
void mark_damage(Draft& draft, const EntryFiles& files, std::string_view key, const FileTypes& types);

}  // namespace tcm::cache
