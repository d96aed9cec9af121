// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/index/query/query_builder.hpp"
#include "core/index/sql/session.hpp"
#include "core/index/values/criteria.hpp"
#include "core/index/values/groups.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// The text of the sums by group (of all, when `by` is empty); `query` gets the values.
std::string group_query(QueryBuilder& query, const Criteria& criteria, const std::vector<GroupKey>& by);

/// See Index::sum() and Index::group().
Result<Sums> sum_records(Session& session, const Criteria& criteria);
Result<std::vector<Group>> group_records(Session& session, const Criteria& criteria, const std::vector<GroupKey>& by);

}  // namespace tcm::index
