// SPDX-License-Identifier: Apache-2.0
// The bins of the trash that a plan is about: the one that it fills, and those whose time is over.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cache/edit/editor.hpp"
#include "core/index/index.hpp"
#include "core/service/plan/candidates.hpp"
#include "core/service/plan/plan.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// "20261123-1": today, with the first number that no bin has, of these roots or of any that the index knows: an id
/// means one prune.
Result<std::string> new_trash_id(const RootSet& roots, index::Index& index, std::int64_t now_ns);

/// This user's bins that are older than `keep_ns`, and then the oldest that are over `max_bytes` all together. A trash
/// that cannot be listed is added to `failures`.
std::vector<ExpiredBin> expired_bins(const RootSet& roots, std::int64_t keep_ns, std::uint64_t max_bytes,
                                     std::int64_t now_ns, std::vector<Error>& failures);

}  // namespace tcm::service
