// SPDX-License-Identifier: Apache-2.0
// What a list or a sum leaves out because its directory is not here.
#pragma once

#include <vector>

#include "cli/run/context.hpp"
#include "core/index/index.hpp"

namespace tcm::cli {

/// A line for each of the first few roots, on stderr.
void note_absent(Context& context, const std::vector<index::RootRow>& absent);

}  // namespace tcm::cli
