// SPDX-License-Identifier: Apache-2.0
// Which files of a kernel are what: its group, its metadata, and what may go without taking the hit along. All
// functions are pure.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "core/model/change.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

/// In a directory of the entry, or a writer's: the reader marks what writers are at, or left, so.
bool is_unfinished(const model::Artifact& artifact);

/// The kernel's group, and the metadata that is called like it. Null: it has none.
const model::Artifact* group_of(const model::Record& record);
const model::Artifact* metadata_of(const model::Record& record);

/// The artifacts of these kinds that a kernel runs without. None of what somebody else put there, and none of what
/// nobody knows: that may be the binary. The error says in one line why nothing may go.
tl::expected<std::vector<const model::Artifact*>, std::string> droppable(const model::Record& record,
                                                                         model::KindSet kinds);

}  // namespace tcm::cache
