// SPDX-License-Identifier: Apache-2.0
// Entries without a group: Triton 2.0's kernels, helper modules, autotuning results, and what failed compiles leave.
#pragma once

#include <vector>

#include "core/cache/read/draft.hpp"

namespace tcm::cache {

/// The drafts of an entry that has no group; at least one.
std::vector<Draft> read_ungrouped(OpenEntry& entry);

}  // namespace tcm::cache
