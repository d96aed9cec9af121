// SPDX-License-Identifier: Apache-2.0
// What no disk tells again of records that leave the index or change their place in it: hits and first-seen times. Kept
// by root, key and name, so that a kernel has them again when its entry comes back, and no neighbour inherits them.
#pragma once

#include <cstdint>

#include "core/index/rows/batch.hpp"
#include "core/index/sql/session.hpp"

namespace tcm::index {

/// Both within the transaction that writes the batch, before and after it. Throw soci::soci_error.
void remember_past(Session& session, const Batch& batch);
void recall_past(Session& session, const Batch& batch);

/// Forgets what left this root long ago. Throws soci::soci_error.
void forget_past(Session& session, std::int64_t root_id, std::int64_t now_ns);

}  // namespace tcm::index
