// SPDX-License-Identifier: Apache-2.0
// Roots that the index knows and a run does not find where they were: away, moved, or gone.
#pragma once

#include <optional>
#include <string>

#include "core/cache/find/cache_directory.hpp"
#include "core/index/index.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Before a cache directory is searched: roots at or below `path`, as the user spells it, that a link leads away from
/// are from now on where the link leads to.
Result<void> follow_links(const std::string& path, index::Index& index);

/// A root that the index does not know, but that is the same directory as one that is not where it was: that was moved,
/// and the index follows.
Result<void> follow_move(const model::RootLocation& location, index::Index& index);

/// Whether another, empty directory stands where a root with entries was, as a mount point does.
bool is_stand_in(const index::RootRow& known, const model::RootLocation& location);

/// Marks the root as absent, and reports it so.
Result<void> keep_absent(const index::RootRow& known, index::Index& index, IndexReport& report);

/// After the search: roots at or below `cache_dir` that it did not find. They are gone when the directory is there and
/// they are not. When it is not there itself (`found` is null), or an empty one stands in its place, they are absent
/// and kept, until the request says that it was too long.
Result<void> sort_out_missing(const std::string& cache_dir, const cache::CacheDirectory* found,
                              const IndexRequest& request, index::Index& index, IndexReport& report);

}  // namespace tcm::service
