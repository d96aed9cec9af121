// SPDX-License-Identifier: Apache-2.0
// What can be told of the files of an inspected entry by their names alone, without reading the entry: enough for a
// plan of most entries. Functions are pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/cache/format/file_types.hpp"
#include "core/cache/format/group_stems.hpp"
#include "core/cache/inspect/inspection.hpp"

namespace tcm::cache {

/// The kind that a file has by its name; `other` for what lies in a temporary or is known by its entry only. `target`
/// is that of the kernel; without one, whichever target knows the extension says what it is.
model::ArtifactKind kind_by_name(std::string_view name, std::optional<std::string_view> target, const FileTypes& types);

/// How many groups, and so kernels, the entry holds.
std::size_t group_count(const Inspection& entry);

/// All groups of the entry.
GroupStems groups_of(const Inspection& entry);

/// True when every file's name is one that only a compile gives: a group, "<stem of a group>.<known extension>", a
/// module, an autotuning result, a temporary. False says nothing: the entry must be read (see is_tritons).
bool all_known_by_name(const Inspection& entry, std::string_view target, const FileTypes& types);

/// What in the entry's temporaries, or in the entry itself when `key` is a temporary, no writer puts there: its name,
/// relative to the entry; none when all of it is Triton's. A writer puts regular files there that are called as a
/// compile calls them. With `temporary`, a name of Inspection::temporaries, asks of that one only.
std::optional<std::string> foreign_in_temporaries(const Inspection& entry, std::string_view key, const FileTypes& types,
                                                  std::string_view temporary = {});

/// Whether the file is, or lies in, one of the entry's temporaries.
bool is_of_temporaries(std::string_view name, const Inspection& entry);

}  // namespace tcm::cache
