// SPDX-License-Identifier: Apache-2.0
// The text of the list, apart from its execution so that tests can ask the database how it would go about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/index/query/query_builder.hpp"

namespace tcm::index {

/// The columns of Row in the order of RowReader, then the extra fields as text; newest first or as `order` says;
/// `query` gets the values.
std::string list_query(QueryBuilder& query, const Criteria& criteria, Order order, std::optional<std::int64_t> limit,
                       const std::vector<Field>& extra = {});

}  // namespace tcm::index
