// SPDX-License-Identifier: Apache-2.0
// Looking after an index as a whole. `location` and `timeout` as of Index::open().
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/index/values/open_mode.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

struct DatabaseStatus {
  std::string where;  ///< for people, without secrets
  std::string kind;   ///< "sqlite", "postgresql"
  int version = 0;    ///< of its schema; 0: there are no tables yet
  std::int64_t bytes = 0;
  /// Rows; absent (-1) when the schema is another release's.
  std::int64_t hosts = -1;
  std::int64_t roots = -1;
  std::int64_t records = -1;
};

/// Changes nothing, not even the schema of an earlier release. Errors as Index::open(), but for too_new.
Result<DatabaseStatus> database_status(const std::string& location, std::chrono::seconds timeout = kDefaultTimeout);

/// Reads a database that is a file of at most `most_bytes` through, and looks whether it holds together. Changes
/// nothing. True when it did; false when it was not read: a server looks after its own, or it is larger. Errors:
/// corrupt, and as database_status().
Result<bool> quick_check(const std::string& location, std::int64_t most_bytes,
                         std::chrono::seconds timeout = kDefaultTimeout);

/// Gives room that removed rows left back to the file system or the server, and brings the statistics up to date after
/// which queries are planned.
Result<void> vacuum(const std::string& location, std::chrono::seconds timeout = kDefaultTimeout);

}  // namespace tcm::index
