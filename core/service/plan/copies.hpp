// SPDX-License-Identifier: Apache-2.0
// Copies of a cache whose groups still name the original: Triton reads the original's files there, so what goes from
// it goes from them.
#pragma once

#include "core/index/index.hpp"
#include "core/service/plan/candidates.hpp"
#include "core/service/plan/plan.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Adds a note to the plan for each other root of the index whose groups name a root of the plan, with the command that
/// makes its files its own. Looks at some kernels of each: all groups of a copy say the same. Errors: of the index.
Result<void> note_copies(const RootSet& roots, index::Index& index, Plan& plan);

}  // namespace tcm::service
