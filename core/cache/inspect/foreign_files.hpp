// SPDX-License-Identifier: Apache-2.0
// What in an entry is not Triton's. Frameworks skip a key whose directory is not empty, and a file that a user put
// there is theirs: an entry with such a thing is removed by nobody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/cache/format/file_types.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

/// One line that names what is not Triton's in the entry, or the entry itself when nothing in it is; nothing when all
/// is. Reads the groups, when names alone do not tell. Thread-safe.
std::optional<std::string> find_foreign_file(const EntryLook& look, std::string_view key, const FileTypes& types);

/// Whether the file is one that Triton, a backend or a writer put there, by its name: a group, metadata, an artifact of
/// a known or listed kind, a module, a temporary. `entry` is as Root::read_entry returns it. Pure.
bool is_tritons(const InspectedFile& file, const model::Entry& entry);

}  // namespace tcm::cache
