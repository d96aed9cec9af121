// SPDX-License-Identifier: Apache-2.0
// The tables, and how an older file becomes one of today.
#pragma once

#include <span>

#include "core/index/sql/session.hpp"
#include "core/index/values/schema_version.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// All migrations of this release, in order, from an empty database on. One that was released never changes.
std::span<const Migration> migrations();

/// Brings the database to the version of the last migration. Errors: too_new; corrupt when the database is another
/// program's. Throws soci::soci_error.
Result<void> bring_up_to_date(Session& session, std::span<const Migration> steps = migrations());

/// Replaces the functions in the database where they are not those of this release; leaves them to those who own them.
/// For a database whose schema is up to date. Throws soci::soci_error.
void bring_functions_up_to_date(Session& session);

/// The version of the schema; 0: an empty database. Throws soci::soci_error.
Result<int> schema_version(Session& session);

}  // namespace tcm::index
