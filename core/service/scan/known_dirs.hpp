// SPDX-License-Identifier: Apache-2.0
// What an index run reads when nobody names a directory.
#pragma once

#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// `dirs`, and after them the cache directories of this host's roots that the index knows, each once. With `assumed`,
/// nobody chose `dirs`: those that are not there are left out, as long as anything else remains.
Result<std::vector<std::string>> with_known_dirs(const std::vector<std::string>& dirs, bool assumed,
                                                 index::Index& index);

}  // namespace tcm::service
