// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/index/query/query_builder.hpp"

namespace tcm::index {

/// The text of the sums by group (of all, when `by` is empty); `query` gets the values.
std::string group_query(QueryBuilder& query, const Criteria& criteria, const std::vector<GroupKey>& by);

}  // namespace tcm::index
