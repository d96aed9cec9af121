// SPDX-License-Identifier: Apache-2.0
// The one place that deletes, renames or writes in a cache. An Editor holds one root's lock; it carries out changes
// that a plan was made of, checking each entry again first.
//
// Whatever happens at any moment (a kill, a full disk, a lost permission), an entry is whole, or pruned with a group
// that lists what is there, or not in the root at all.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/cache/format/file_names.hpp"
#include "core/cache/read/root.hpp"
#include "core/model/change.hpp"
#include "core/model/entry.hpp"
#include "core/util/result.hpp"

namespace tcm::cache {

/// A file of an entry, maybe of another root. The root is borrowed.
struct FileRef {
  const Root* root = nullptr;
  std::string key;
  std::string name;
};

/// One file that is to become a hard link to an equal one.
struct Share {
  std::string name;  ///< of the entry that changes
  FileRef with;
};

/// The equal entry of the same root that stays when a duplicate is removed.
struct Twin {
  std::string key;
  model::EntryStamp stamp;
  std::string binary;      ///< its binary, byte by byte the same as …
  std::string own_binary;  ///< … this one; both empty: contents are not compared
};

/// One entry's part of a plan.
struct Change {
  std::string key;
  model::EntryStamp stamp;  ///< as it was when the plan was made; `settled` does not count
  model::Action action = model::Action::drop;
  model::KindSet kinds;                ///< of drop. Metadata, group and binary stay even if they are in it
  std::vector<std::int64_t> ordinals;  ///< of drop: only these records of the entry; empty: all
  std::optional<Twin> twin;            ///< of remove: a condition
  std::vector<Share> shares;           ///< of share
};

enum class Status : std::uint8_t { done, kept, failed };

/// What really happened.
struct Outcome {
  Status status = Status::done;
  model::KeptReason kept = model::KeptReason::changed;  ///< valid when kept
  std::string detail;       ///< one line: which file, which pid, what the system said; may be empty when done
  std::uint64_t files = 0;  ///< removed (or, of share, replaced)
  model::ByteTotals bytes;  ///< apparent sizes of those
  std::uint64_t freed = 0;  ///< bytes that the disk got back, as du counts: of several hard links the last frees
  bool gone = false;        ///< the entry is not in the root any more
  /// How the entry is now, its stamp included, when it is still there and something in it changed; records have their
  /// artifacts, but no resources. Also when it failed half-way.
  std::optional<model::Entry> now;
  bool relocated = false;  ///< a group named another directory and was rewritten to this root
};

struct EditorOptions {
  Naming naming;              ///< borrowed, as for Root
  std::int64_t grace_ns = 0;  ///< entries modified less than this ago are kept; 0: none are
  std::string trash_id;       ///< not empty: removed entries are kept as .tcm-trash/<trash_id>/<key>
  unsigned jobs = 1;          ///< threads that delete what was removed, this one included
  bool keep_paths = false;    ///< groups keep the directory that they name, also when it is not this root
};

class Editor {
 public:
  /// Takes the root's lock, clears what an earlier editor was killed over (.tcm-trash/tmp.*). Errors: as Root::open;
  /// busy when another process holds the lock (the message names the root); denied; failed.
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

 private:
  class Impl;
  explicit Editor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What a root's trash holds under one id.
struct TrashBin {
  std::string id;
  std::int64_t entries = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;      ///< apparent
  std::uint64_t allocated = 0;  ///< what emptying frees: hard links that also lie elsewhere do not count
  std::int64_t made_ns = 0;     ///< modification time of the bin
  std::uint32_t user = 0;       ///< whose it is
  bool ours = true;             ///< this process may restore and empty it; of others' bins the sums may be unknown, 0
};

/// The bins of a root's trash, oldest first, those of other users too. A root without trash has none. Takes no lock.
/// Errors: as Root::open.
Result<std::vector<TrashBin>> list_trash(const Root& root);

struct TrashReport {
  std::int64_t entries = 0;
  std::uint64_t files = 0;
  std::uint64_t freed = 0;
  std::vector<std::string> failures;  ///< one line each: an entry whose key is taken again, a refused system call
};

/// Moves the entries of a bin back to where they were; one whose key exists again stays in the bin and is a failure.
/// Takes the root's lock. Errors: missing (no such bin), busy, denied, failed.
Result<TrashReport> restore_trash(const std::string& root_path, const std::string& id);

/// Deletes a bin for good. Takes the root's lock. Errors: as restore_trash.
Result<TrashReport> empty_trash(const std::string& root_path, const std::string& id);

/// Whether `id` can name a bin: a date and a number, "20261123-1".
bool is_trash_id(std::string_view id);

/// Whether this process could change anything in the root at all. Errors: denied (not its to change), failed (a file
/// system that is mounted read-only).
Result<void> check_changeable(const Root& root);

/// A file system that a root lies on.
struct FileSystem {
  std::uint64_t device = 0;
  std::uint64_t free_bytes = 0;  ///< for an unprivileged user
  bool noatime = false;          ///< access times are not kept: the last use is the last modification
};
Result<FileSystem> file_system_of(const Root& root);

}  // namespace tcm::cache
