// SPDX-License-Identifier: Apache-2.0
// The changes that an editor carries out on entries, and their outcomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

/// The equal entry of the same root that stays when its duplicate is removed.
struct Duplicate {
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
  model::KindSet kinds;                   ///< of drop. Metadata, group and binary stay even if they are in it
  std::vector<std::int64_t> ordinals;     ///< of drop and rewrite: only these records of the entry; empty: all
  std::optional<Duplicate> duplicate_of;  ///< of remove: goes only while this one is there
  std::vector<Share> shares;              ///< of share
};

enum class Status : std::uint8_t { done, kept, failed };

/// What really happened.
struct Outcome {
  Status status = Status::done;
  model::KeptReason kept = model::KeptReason::changed;  ///< valid when kept
  std::string detail;  ///< one line: which file, which pid, what the system said; may be empty when done
  ErrorCode error = ErrorCode::failed;  ///< valid when failed
  std::uint64_t files = 0;              ///< removed (or, of share, replaced)
  model::ByteTotals bytes;              ///< apparent sizes of those
  std::uint64_t freed = 0;  ///< bytes that the disk got back, as du counts: of several hard links the last frees
  bool gone = false;        ///< the entry is not in the root any more
  /// How the entry is now, its stamp included, when it is still there and something in it changed; records have their
  /// artifacts, but no resources. Also when it failed half-way, and when it was kept as broken.
  std::optional<model::Entry> now;
  bool relocated = false;  ///< a group named another directory and was rewritten to this root
};

}  // namespace tcm::cache
