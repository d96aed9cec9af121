// SPDX-License-Identifier: Apache-2.0
// The one place that deletes, renames or writes in a cache. An Editor holds one root's lock; it carries out changes
// that a plan was made of, checking each entry again first.
//
// Whatever happens at any moment (a kill, a full disk, a lost permission), an entry is whole, or pruned with a group
// that lists what is there, or not in the root at all.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "core/cache/edit/change.hpp"
#include "core/cache/edit/editor_options.hpp"
#include "core/cache/read/root.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

/// Where entries are made before they are moved into the root.
struct StagingPlace {
  std::string path;
  int descriptor = -1;  ///< borrowed
};

class Editor {
 public:
  /// Takes the root's lock, clears what an earlier editor was killed over (.tcm-trash/tmp.*). Errors: as Root::open;
  /// busy when another process holds the lock (the message names the root); denied; failed (another
  /// directory than EditorOptions::root, among others).
  static Result<Editor> open(const std::string& root_path, EditorOptions options);
  ~Editor();  ///< gives the lock back and removes an empty trash area
  Editor(Editor&&) noexcept;
  Editor& operator=(Editor&&) noexcept;

  const Root& root() const;

  /// Carries out the changes of one batch, in order, and calls `done` once for each, in order, as soon as its outcome
  /// stands. All groups of a batch are written and synced once before the first of them is put in place. A batch is
  /// a few hundred changes: memory grows with it. Stops before the next change when `stop` returns true (may be
  /// empty); changes that were not begun get no call. One thread at a time.
  void run(std::span<const Change> batch, const std::function<void(std::size_t index, Outcome&& outcome)>& done,
           const std::function<bool()>& stop = {});

  /// A directory on the root's file system in which nobody sees an entry; the same at every call. It goes with the
  /// editor, and what a kill leaves there the next editor clears away. Errors: as open(), no_space.
  Result<StagingPlace> staging();
  /// Makes sure that what lies in the staging place is on the disk. Errors: failed, no_space.
  Result<void> sync_staging();
  /// Moves an entry from the staging place into the root, in one step and never in the place of another; an empty
  /// directory is none. Returns 0 or an errno: EEXIST when something is called so.
  int add(const std::string& key);

 private:
  class Impl;
  explicit Editor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcm::cache
