// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index/sql/session.hpp"
#include "core/index/values/records.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// See Index::detail().
Result<Detail> read_detail(Session& session, std::int64_t record_id);

}  // namespace tcm::index
