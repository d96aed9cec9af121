// SPDX-License-Identifier: Apache-2.0
// The trash of all roots that the index knows: what prune and rm kept back on demand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cache/trash/trash.hpp"
#include "core/config/settings.hpp"
#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct TrashRow {
  std::string root;
  cache::TrashBin bin;
};

struct TrashRequest {
  std::vector<std::string> cache_dirs;    ///< only roots in or below these; empty: all that the index knows
  std::vector<std::string> default_dirs;  ///< when the index knows none
};

/// The trash of these directories; without any, of those that the settings name.
TrashRequest trash_request(const std::vector<std::string>& cache_dirs, const config::Settings& settings);

struct TrashListing {
  std::vector<TrashRow> rows;  ///< oldest first
  std::vector<Error> failures;
};
Result<TrashListing> list_trash(const TrashRequest& request, index::Index& index);

/// The ids that these words mean: "last" is the newest bin of this user. Errors: missing (no bin has that id).
Result<std::vector<std::string>> whole_ids(const TrashListing& listing, const std::vector<std::string>& words);

/// The bins with these ids; without any, all that this user may change. Another user's bin is chosen, to be refused,
/// when no other has its id.
std::vector<TrashRow> chosen_bins(const std::vector<TrashRow>& rows, const std::vector<std::string>& ids);

struct TrashDone {
  std::string id;
  std::uint64_t entries = 0;
  std::uint64_t files = 0;
  std::uint64_t freed = 0;
  std::vector<Error> failures;  ///< what stayed in the trash, and why
};

/// Puts the entries of a bin back where they were, in every root that has the bin, and into the index. `id` may be
/// "last". A root that refuses is a failure in the report; when all do, that is the error. Errors: missing (no such
/// bin), busy, denied, failed.
Result<TrashDone> restore_trash(const TrashRequest& request, const std::string& id, unsigned jobs, index::Index& index,
                                const Backends& backends);

/// Deletes bins of this listing for good; all of this user when `words` is empty, which are ids or "last". A root that
/// refuses is a failure in the report; when all do, that is the error. Errors: as restore_trash().
Result<TrashDone> empty_trash(const TrashListing& listing, const std::vector<std::string>& words);

}  // namespace tcm::service
