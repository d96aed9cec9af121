// SPDX-License-Identifier: Apache-2.0
// Carrying out a plan as it stands: what is in it and unchanged since goes, nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/plan/plan.hpp"
#include "core/service/plan/prune.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct ExecuteOptions {
  std::int64_t grace_ns = 0;
  bool keep_paths = false;  ///< groups keep the directory that they name, see cache::EditorOptions
  unsigned jobs = 1;        ///< threads that delete
};

/// What really happened in one root.
struct RootDone {
  PlanSums done;
  std::array<std::uint64_t, kCauses.size()> entries{};  ///< of `done`, by Cause
  std::uint64_t trash_emptied = 0;                      ///< bytes
};

/// What really happened.
struct ExecuteReport {
  PlanSums done;                              ///< `frees` is what the disk got back
  KeptList kept;                              ///< was in the plan and turned out otherwise
  std::vector<Kept> failures;                 ///< at most kMaxKeptListed; entries, with the reason in one line
  std::uint64_t failed = 0;                   ///< all of them
  std::vector<Error> errors;                  ///< of a root, of the trash
  std::vector<Error> index_errors;            ///< of the index, which did not follow
  std::uint64_t relocated = 0;                ///< groups that named another directory and name this root now
  std::uint64_t gone = 0;                     ///< entries that are not in their roots any more
  std::string trash_id;                       ///< where removed entries can be restored from; empty: nowhere
  std::uint64_t trash_emptied = 0;            ///< bytes freed by emptying expired bins, not in `done`
  std::map<std::uint32_t, RootDone> by_root;  ///< by positions in Plan::roots, of those in which something happened
  bool interrupted = false;

  /// True when something did not work: the run is partly done.
  bool partial() const { return failed > 0 || !errors.empty() || !index_errors.empty() || kept.has_damage(); }
};

/// Takes the lock of every root of the plan first. The index follows, a batch at a time: a kill leaves it a batch
/// behind the disk at most, which the next run of the index mends. Errors: busy (nothing was done), denied or failed
/// (a root cannot be changed at all, nothing was done).
Result<ExecuteReport> execute(Plan& plan, const ExecuteOptions& options, index::Index& index, const Backends& backends,
                              PruneProgress& progress);

}  // namespace tcm::service
