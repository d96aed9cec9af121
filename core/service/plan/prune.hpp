// SPDX-License-Identifier: Apache-2.0
// Freeing space: what a user asks for in, a plan out. Nothing is touched here; execute.hpp carries a plan out.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/model/change.hpp"
#include "core/service/backends.hpp"
#include "core/service/plan/plan.hpp"
#include "core/service/query/filters.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// What happens to the kernels that are picked.
enum class PruneMode : std::uint8_t {
  drop,        ///< some kinds of their artifacts go
  full,        ///< their entries go
  duplicates,  ///< entries go of which an equal, newer one is in the same root
  share,       ///< all stay; equal files become one by hard links
  leftovers,   ///< what dead writers and failed compiles left goes, nothing else
  keys,        ///< the entries that are named go
};

struct Budget {
  std::optional<std::uint64_t> max_bytes{};  ///< of all roots together, as du counts
  std::optional<std::uint64_t> max_files{};
  std::optional<std::uint64_t> min_free{};  ///< bytes, on every file system concerned
  unsigned low_water = 100;  ///< percent of max_bytes and max_files to go down to, once they are exceeded

  bool any() const { return max_bytes || max_files || min_free; }
};

struct PruneRequest {
  FilterWords filters;
  PruneMode mode = PruneMode::drop;
  model::KindSet drop{model::ArtifactKind::ir, model::ArtifactKind::source};
  bool same_binary = true;                      ///< of duplicates: binaries are compared byte by byte
  bool all = false;                             ///< of full: yes, everything is meant when nothing narrows
  std::vector<std::string> keys;                ///< of keys: whole or unambiguous beginnings
  std::optional<std::int64_t> unused_since_ns;  ///< only what was last used before
  Budget budget;
  std::optional<std::uint64_t> keep_newest;
  std::vector<std::string> group_by;  ///< backend, arch, version, name, root; empty: name, backend, arch
  std::int64_t grace_ns = 0;
  bool trash = false;                 ///< removed entries can be restored
  std::int64_t trash_keep_ns = 0;     ///< bins older than that are emptied
  std::uint64_t trash_max_bytes = 0;  ///< beyond that the oldest bins are emptied

  /// What to work on when the filters name no cache directory; empty: all that the index knows, as for a list.
  std::vector<std::string> cache_dirs;
  std::vector<std::string> default_dirs;  ///< … when the index knows nothing yet
  std::optional<model::Layout> layout;
  unsigned jobs = 1;
};

/// Filled while a plan is made or carried out, for whoever wants to show it. Every member may be read at any time.
struct PruneProgress {
  IndexProgress index;  ///< its `stop` ends planning and execution as well
  std::atomic<bool> indexing{false};
  std::atomic<std::uint64_t> looked_at{0};  ///< entries
  std::atomic<std::uint64_t> done{0};       ///< of the plan
  std::atomic<std::uint64_t> freed{0};      ///< bytes
};

/// Brings the index of the roots concerned in step with the disk and makes the plan. Errors: usage (a request that
/// contradicts itself, names nothing known or, with --full, everything), missing (no such key, no such cache),
/// interrupted, those of the index.
Result<Plan> plan_prune(const PruneRequest& request, index::Index& index, const Backends& backends, std::int64_t now_ns,
                        PruneProgress& progress);

/// "ir,assembly" as kinds; ir takes source along. Errors (usage) name the words.
Result<model::KindSet> parse_drop(const std::vector<std::string>& words);

/// "90%" or "90" as a percentage from 1 to 100.
Result<unsigned> parse_low_water(const std::string& word);

}  // namespace tcm::service
