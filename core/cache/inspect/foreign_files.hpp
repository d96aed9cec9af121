// SPDX-License-Identifier: Apache-2.0
// What in an entry is not Triton's. Frameworks skip a key whose directory is not empty, and a file that a user put
// there is theirs: an entry with such a thing is removed by nobody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/read/root.hpp"
#include "core/model/words.hpp"

namespace tcm::cache {

/// One line that names what is not Triton's in the entry, or the entry itself when nothing in it is; nothing when all
/// is. Reads the groups, when names alone do not tell.
std::optional<std::string> find_stranger(const EntryLook& look, std::string_view key, const FileTypes* types);

/// What a file is, as far as its name tells without its metadata.
model::ArtifactKind kind_told_by_name(std::string_view name, const FileTypes* types);

}  // namespace tcm::cache
