// SPDX-License-Identifier: Apache-2.0
// Freeing space: a request in, a plan out. Nothing is touched here; execute.hpp carries a plan out.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/plan/plan.hpp"
#include "core/service/plan/request.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

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

}  // namespace tcm::service
