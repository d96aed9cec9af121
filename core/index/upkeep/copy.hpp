// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/index/values/open_mode.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

struct CopyReport {
  std::int64_t rows = 0;     ///< of all tables
  std::uint64_t digest = 0;  ///< over all of them, in any order
};

/// Copies all rows of one index into another, which is made where that is possible and must hold none. Compares counts
/// and digests of what was read and what was written, before any of it is committed. Errors: failed when `to` holds
/// rows, or differs afterwards.
Result<CopyReport> copy_index(const std::string& from, const std::string& to,
                              std::chrono::seconds timeout = kDefaultTimeout);

}  // namespace tcm::index
