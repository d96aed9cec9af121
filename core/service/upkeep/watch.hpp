// SPDX-License-Identifier: Apache-2.0
// Keeping the index in step with the caches, and the caches within their budget, while jobs run.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/plan/prune.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/service/upkeep/gc.hpp"
#include "core/service/upkeep/metrics.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct WatchRequest {
  std::vector<std::string> cache_dirs;    ///< empty: those that the index knows, and …
  std::vector<std::string> default_dirs;  ///< … these; they need not be there yet
  std::optional<model::Layout> layout;
  unsigned jobs = 1;
  std::chrono::milliseconds settle{2000};           ///< a look waits until nothing was heard for so long, …
  std::chrono::milliseconds settle_at_most{30000};  ///< … but no longer than that
};

/// What a watcher needs of whoever runs it. Called in the watcher's thread.
struct WatchHost {
  std::function<Result<index::Index>()> open_index;  ///< for each look: nobody is kept from writing in between
  /// The request for gc as of that time, for its budgets; see upkeep_request().
  std::function<Result<PruneRequest>(std::int64_t now_ns)> upkeep;
  std::function<void()> ready;                     ///< once, after the first look
  std::function<void(const IndexReport&)> looked;  ///< after every look
  std::function<void(const GcResult&)> collected;  ///< after every run of gc
  std::function<void(const Figures&)> measured;    ///< after every look, and gc if there was need
  std::function<void(const Error&)> failed;        ///< the watch goes on
};

/// Watches until the `stop` of `progress` is set, which is no error. Uses no processor time while nothing happens.
/// Changes inside an entry that is there already are seen by the next look. Errors: failed (the kernel does not watch);
/// what goes wrong later is told and tried again.
Result<void> watch_caches(const WatchRequest& request, const WatchHost& host, const Backends& backends,
                          PruneProgress& progress);

}  // namespace tcm::service
