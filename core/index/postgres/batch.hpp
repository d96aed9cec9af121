// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <soci/soci.h>

#include "core/index/rows/batch.hpp"
#include "core/index/sql/cells.hpp"

namespace tcm::index {

/// Writes the changes within the transaction that is open, many rows a statement: a round trip for each row would be
/// most of the time of a run. Throws soci::soci_error.
void write_postgres_batch(soci::session& sql, const Batch& batch);

/// The same for rows of any table.
void insert_postgres_rows(soci::session& sql, const Table& table, const std::vector<Cells>& rows);

}  // namespace tcm::index
