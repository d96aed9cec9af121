// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/index/sql/session.hpp"
#include "core/index/values/criteria.hpp"
#include "core/index/values/records.hpp"
#include "core/model/words.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// See Index::count(), Index::has_field() and Index::problems().
Result<std::int64_t> count_records(Session& session, const Criteria& criteria, std::optional<std::int64_t> at_most);
Result<bool> has_field(Session& session, const Field& field);
Result<std::vector<ProblemCount>> count_problems(Session& session, std::int64_t root_id);

}  // namespace tcm::index
