// SPDX-License-Identifier: Apache-2.0
// An entry that no index knows, as the index would know it.
#pragma once

#include <string>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/query/search.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Reads the entry at `path`, or of which `path` is a file: its first record, in the columns that an entry itself
/// tells. Errors: missing, denied, failed.
Result<Shown> read_unindexed(const std::string& path, index::RecordColumns columns, const Backends& backends);

}  // namespace tcm::service
