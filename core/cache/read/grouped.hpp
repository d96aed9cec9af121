// SPDX-License-Identifier: Apache-2.0
// Entries with groups: the kernels of Triton 2.1 and later.
#pragma once

#include <vector>

#include "core/cache/read/draft.hpp"

namespace tcm::cache {

/// A draft for each group of the entry, in order of their names; none when the entry has none.
std::vector<Draft> read_groups(OpenEntry& entry);

}  // namespace tcm::cache
