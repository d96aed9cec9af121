// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <soci/soci.h>

#include "core/index/rows/batch.hpp"
#include "core/index/sql/cells.hpp"

namespace tcm::index {

/// Writes the changes within the transaction that is open: here a statement a row is the quickest way. Throws
/// soci::soci_error.
void write_sqlite_batch(soci::session& sql, const Batch& batch);

/// The same for rows of any table.
void insert_sqlite_rows(soci::session& sql, const Table& table, const std::vector<Cells>& rows);

}  // namespace tcm::index
