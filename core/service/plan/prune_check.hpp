// SPDX-License-Identifier: Apache-2.0
// What a request to prune must satisfy before anything is looked at.
#pragma once

#include "core/index/index.hpp"
#include "core/service/plan/request.hpp"

namespace tcm::service {

/// Refuses (usage) what contradicts itself or would be ignored, and groups by unknown words.
Result<void> check_request(const PruneRequest& request);

/// Whether filters leave out any kernel: where to look, and kinds of which kernels are one, do not count.
bool narrows(const FilterWords& filters);

/// Refuses (usage) to remove everything because nothing was said.
Result<void> check_everything(const PruneRequest& request, const index::Criteria& criteria, index::Index& index);

}  // namespace tcm::service
