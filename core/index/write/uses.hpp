// SPDX-License-Identifier: Apache-2.0
// Uses of entries, added to their records, and how far the logs are read that tell of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/index/sql/session.hpp"
#include "core/index/values/uses.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// See the functions of Index with these names.
Result<std::optional<std::int64_t>> add_uses(Session& session, const std::vector<RootUses>& uses,
                                             const std::vector<LogRead>& logs, std::int64_t now_ns);
Result<std::vector<std::int64_t>> logs_read_to(Session& session, const std::vector<std::string>& names);

}  // namespace tcm::index
