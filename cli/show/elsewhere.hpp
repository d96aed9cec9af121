// SPDX-License-Identifier: Apache-2.0
// Kernels that Triton misses because their groups name another directory.
#pragma once

#include <cstdint>

#include "cli/run/context.hpp"

namespace tcm::cli {

/// A line on stderr, when there are any.
void note_elsewhere(Context& context, std::int64_t kernels);

}  // namespace tcm::cli
