// SPDX-License-Identifier: Apache-2.0
// Why a question found nothing: most likely a word in it is mistyped.
#pragma once

#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/query/filters.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// A line for each backend, architecture and cache directory of the filters that the index does not hold at all, with
/// what it holds instead. Errors: those of the index.
Result<std::vector<std::string>> unmatched_words(const FilterWords& words, index::Index& index,
                                                 const Backends& backends);

}  // namespace tcm::service
