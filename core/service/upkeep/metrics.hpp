// SPDX-License-Identifier: Apache-2.0
// How caches and their upkeep are, in the text format of Prometheus, for node_exporter's textfile collector.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/service/upkeep/gc.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// What a watcher did since it began.
struct WatchFigures {
  std::uint64_t looks = 0;
  std::uint64_t overflows = 0;
  std::uint64_t directories = 0;  ///< that are watched
};

/// How a run of gc went.
struct GcFigures {
  std::int64_t ended_ns = 0;
  std::int64_t duration_ns = 0;
  bool succeeded = false;                       ///< all was done, and every limit is met
  std::optional<std::int64_t> last_success_ns;  ///< of any run
  std::vector<GcRoot> roots;
  std::vector<BudgetState> budgets;  ///< `afterwards` as it is now
};

struct Figures {
  std::vector<index::RootRow> roots;  ///< as they are now; those that are not here are left out
  std::optional<GcFigures> gc{};
  std::optional<WatchFigures> watch{};
};

/// Of a result that has been carried out. `began_ns` and `ended_ns` are its times.
GcFigures figures_of(const GcResult& result, std::int64_t began_ns, std::int64_t ended_ns);

std::string metrics_text(const Figures& figures);

/// Puts them into a file that everybody may read, in one step. Errors: denied, no_space, failed.
Result<void> write_metrics(const std::string& path, const Figures& figures);

}  // namespace tcm::service
