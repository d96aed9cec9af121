// SPDX-License-Identifier: Apache-2.0
// Taking an entry away: out of the root in one step, then deleted, or kept in the trash. Deleting costs most, needs
// nothing of the root any more, and so can be done in another thread.
#pragma once

#include <optional>

#include "core/cache/edit/change.hpp"
#include "core/cache/edit/edit_context.hpp"
#include "core/cache/inspect/entry_look.hpp"

namespace tcm::cache {

/// An entry that is out of the root, and still to be deleted.
struct MovedEntry {
  EntryLook look;
  bool in_place = false;  ///< it is where it was: the disk has no room for a place to move it to
  int place = -1;         ///< the directory that it lies in now; the trash area's, valid until that is closed
};

/// Looks at the entry and moves it out of the root. Returns the outcome when that was all there is to do (it was kept,
/// or lies in a bin, or failed); otherwise fills `moved`, for delete_moved.
std::optional<Outcome> move_away(EditContext& context, const Change& change, MovedEntry& moved);

/// Deletes what move_away moved. From any thread.
Outcome delete_moved(const EditContext& context, const Change& change, MovedEntry moved);

}  // namespace tcm::cache
