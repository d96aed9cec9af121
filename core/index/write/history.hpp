// SPDX-License-Identifier: Apache-2.0
// What was counted of entries elsewhere, merged into their records.
#pragma once

#include <cstdint>
#include <vector>

#include "core/index/sql/session.hpp"
#include "core/index/values/records.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// See Index::merge_history().
Result<std::int64_t> merge_history(Session& session, const std::vector<std::int64_t>& root_ids,
                                   const std::vector<EntryHistory>& history);

}  // namespace tcm::index
