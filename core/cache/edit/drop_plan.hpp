// SPDX-License-Identifier: Apache-2.0
// What a drop, or a rewrite, is about to do to one entry.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/edit/change.hpp"
#include "core/disk/directory.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

struct DroppedFile {
  std::string name;
  model::ArtifactKind kind = model::ArtifactKind::ir;
  std::uint64_t bytes = 0;
};

/// A group or a metadata file with another text.
struct NewText {
  std::string name;     ///< in the entry
  std::string scratch;  ///< where it lies until it takes the place of the old one: in the scratch directory, …
  disk::Node old;
  std::string waiting;  ///< … or, when the disk had no room for it there, nowhere yet: its text
};

struct DropPlan {
  std::optional<Outcome> decided;  ///< nothing is: this is the outcome
  model::EntryStamp stamp;
  model::Entry entry;  ///< as it will be, except for the stamp
  std::vector<DroppedFile> files;
  std::vector<NewText> texts;  ///< in the order in which they are put in place
  std::size_t names = 0;       ///< directly in the entry, before
  bool relocated = false;

  bool waits_for_room() const {
    return std::any_of(texts.begin(), texts.end(), [](const NewText& text) { return !text.waiting.empty(); });
  }
};

}  // namespace tcm::cache
