// SPDX-License-Identifier: Apache-2.0
// Which backends have read what, so that a new or upgraded one reads again what concerns it and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/index/sql/session.hpp"
#include "core/index/values/roots.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// See Index::mark_stale() and Index::set_plugins().
Result<std::int64_t> mark_stale(Session& session, std::int64_t root_id, const std::vector<ServedTarget>& served);
Result<void> set_plugins(Session& session, std::int64_t root_id, const std::string& plugins);

}  // namespace tcm::index
