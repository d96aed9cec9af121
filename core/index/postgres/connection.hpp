// SPDX-License-Identifier: Apache-2.0
// Connecting to a PostgreSQL server, and what its errors mean.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/index/sql/dialect.hpp"
#include "core/util/result.hpp"

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace tcm::index {

/// How to reach a database, checked and complete.
struct PostgresTarget {
  std::string url;    ///< for libpq; may hold a password
  std::string where;  ///< for people; never does
  std::string password;
  std::chrono::seconds timeout{};
};

/// Takes what libpq takes: a URL or `key=value` words. `timeout` bounds a connection and each wait for a lock, unless
/// the text says connect_timeout itself. Errors: usage; failed when the library is not installed.
Result<PostgresTarget> parse_postgres_target(const std::string& text, std::chrono::seconds timeout);

/// Connects and makes the settings of a session. Errors: missing (no such database), denied, busy, failed.
Result<std::unique_ptr<soci::session>> connect_postgres(const PostgresTarget& target);

/// The error for the user: its kind, and one line that begins with `where`.
Error describe_postgres_error(const std::string& where, const soci::soci_error& error);

/// What an error that was thrown by a statement says about trying again.
Failure judge_postgres_error(soci::session& session, const soci::soci_error& error);

}  // namespace tcm::index
