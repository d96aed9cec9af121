// SPDX-License-Identifier: Apache-2.0
// What can be told of the files of an inspected entry by their names alone, without reading the entry: enough for a
// plan of most entries. Functions are pure.
#pragma once

#include <string_view>

#include "core/cache/format/file_types.hpp"
#include "core/cache/inspect/inspection.hpp"

namespace tcm::cache {

/// The kind that a kernel's file has by its name; `other` for what lies in a temporary or is known by its entry only.
model::ArtifactKind kind_by_name(std::string_view name, std::string_view target, const FileTypes& types);

/// How many groups, and so kernels, the entry holds.
std::size_t group_count(const Inspection& entry);

/// Whether a group is called like the file: Triton gives all files of a kernel one stem.
bool is_of_a_group(std::string_view name, const Inspection& entry);

/// True when every file's name is one that only a compile gives: a group, "<stem of a group>.<known extension>", a
/// module, an autotuning result, a temporary. False says nothing: the entry must be read (see is_tritons).
bool all_known_by_name(const Inspection& entry, std::string_view target, const FileTypes& types);

}  // namespace tcm::cache
