// SPDX-License-Identifier: Apache-2.0
// What the parts of the editor share: the root, the trash, the checks before a change, and the ways to say how it went.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/cache/edit/change.hpp"
#include "core/cache/edit/editor_options.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/inspect/used_files.hpp"
#include "core/cache/trash/trash_area.hpp"

namespace tcm::cache {

/// The methods that are const may be called from any thread.
class EditContext {
 public:
  EditContext(Root opened, EditorOptions wanted)
      : root(std::move(opened)), options(std::move(wanted)), trash(root.path(), root.descriptor()) {}
  EditContext(const EditContext&) = delete;
  EditContext& operator=(const EditContext&) = delete;

  /// "<root>/<key>/<name>: <what>", safe to print. The name may be empty.
  std::string line(std::string_view key, std::string_view name, std::string_view what) const;
  Outcome failed(std::string_view key, std::string_view name, std::string_view what) const;
  /// "<what>: <the system's words>"
  Outcome failed(std::string_view key, std::string_view name, std::string_view what, int error) const;

  bool is_young(std::int64_t newest_ns) const;

  /// Whether the entry can be dealt with at all, and is as it was when the plan was made.
  std::optional<Outcome> refuse_changed(const Change& change, const EntryLook& look) const;
  /// Whether something in the entry is neither a file nor a directory.
  std::optional<Outcome> refuse_links(const EntryLook& look) const;
  /// All of that, and no live writer, no file that a process uses, and nothing young.
  std::optional<Outcome> refuse(const Change& change, const EntryLook& look) const;

  /// The entry as it is now, read again, for Outcome::now.
  void read_again(const Change& change, Outcome& outcome) const;

  Root root;
  EditorOptions options;
  TrashArea trash;
  UsedFiles used{};  ///< as of the beginning of the batch
};

Outcome kept(model::KeptReason reason, std::string detail);
/// The message is the whole line.
Outcome failed(Error error);

/// Puts the modification time of an entry's directory back, by which its age is told. When that is refused the outcome
/// says so, and stands.
void put_time_back(const EntryLook& look, Outcome& outcome);
void put_time_back(int directory, std::int64_t mtime_ns, Outcome& outcome);

}  // namespace tcm::cache
