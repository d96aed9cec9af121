// SPDX-License-Identifier: Apache-2.0
// Digests of what processes run. Written when they were computed, and kept when an entry is only read again.
#pragma once

#include <cstdint>

#include "core/index/rows/batch.hpp"
#include "core/index/sql/session.hpp"

namespace tcm::index {

/// Forgets those of the entries that a batch removes: to be called before it is written. Throws soci::soci_error.
void forget_digests(Session& session, const Batch& batch);

/// Writes those that a batch brings. A file that is the one whose digest is known keeps that digest, whatever is in it
/// now: what damaged it must not become what it should be. Throws soci::soci_error.
void write_digests(Session& session, const Batch& batch);

/// See Index::mark_undigested().
Result<std::int64_t> mark_undigested(Session& session, std::int64_t root_id);

}  // namespace tcm::index
