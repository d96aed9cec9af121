// SPDX-License-Identifier: Apache-2.0
// Whether the entry that stays for a duplicate is still there and still its equal.
#pragma once

#include <optional>

#include "core/cache/edit/change.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/read/root.hpp"

namespace tcm::cache {

/// Keeps the entry, as twin_changed, unless Change::duplicate_of holds; nothing when it does, or is not set.
/// Reads both binaries when contents are compared. Thread-safe.
std::optional<Outcome> refuse_without_duplicate(const Root& root, const Change& change, const EntryLook& look);

}  // namespace tcm::cache
