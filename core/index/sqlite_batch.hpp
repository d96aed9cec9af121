// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index/batch.hpp"

namespace tcm::index {

/// Writes the changes within the transaction that is open: here a statement a row is the quickest way. Throws
/// soci::soci_error.
void write_sqlite_batch(soci::session& sql, const Batch& batch);

}  // namespace tcm::index
