// SPDX-License-Identifier: Apache-2.0
// The list of records, and its text apart from its execution, so that tests can ask the database how it would go about
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/index/query/query_builder.hpp"
#include "core/index/sql/session.hpp"
#include "core/index/values/columns.hpp"
#include "core/index/values/criteria.hpp"
#include "core/index/values/records.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// The columns of `columns` that a list reads, then text and type of each of the extra fields; newest first or as
/// `order` says; `query` gets the values.
std::string list_query(QueryBuilder& query, RecordColumns columns, const Criteria& criteria, const Order& order,
                       std::optional<std::int64_t> limit, const std::vector<Field>& extra = {});

/// See Index::list().
Result<void> list_records(Session& session, RecordColumns columns, const Criteria& criteria, const Order& order,
                          std::optional<std::int64_t> limit, const std::function<void(const Row&)>& each,
                          const std::vector<Field>& extra);

}  // namespace tcm::index
