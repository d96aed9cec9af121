// SPDX-License-Identifier: Apache-2.0
// Takes entries from places into a cache directory.
#pragma once

#include <string>
#include <vector>

#include "core/model/change.hpp"
#include "core/service/backends.hpp"
#include "core/service/transfer/intake.hpp"
#include "core/service/transfer/places/place.hpp"
#include "core/service/transfer/report.hpp"
#include "core/service/transfer/selection.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct ImportRequest {
  std::vector<Place> sources{};           ///< one after the other; at least one
  std::string cache_dir{};                ///< made when it is missing
  std::optional<model::Layout> layout{};  ///< of that; absent: told by shape
  std::string place{};                    ///< where the cache directory will be seen; empty: where it is
  bool replace = false;
  std::string trash_id{};     ///< where what is replaced can be restored from
  std::string verify_with{};  ///< of archives: what the user lets say yes to each, see run_over_file(); empty: nothing
  bool link = false;          ///< of directories: files are shared where they can be
  bool dry_run = false;
  unsigned jobs = 1;
  // Of directories alone:
  SelectionRequest selection{};  ///< without the directory: what of it is taken
  model::KindSet drop{};         ///< these kinds of artifacts stay behind
};

/// Takes all sources. One that is damaged, or not what it says, is a failure in the report, and nothing of it is taken.
/// What a kill leaves is whole, and the next run clears away the rest and completes it. `index` is asked for what the
/// selection's filters choose; it may be null without any. Errors: usage (the roots of a source have no place in the
/// cache directory), busy, missing, denied, no_space, interrupted, failed.
Result<IntakeReport> import_entries(const ImportRequest& request, index::Index* index, const Backends& backends,
                                    TransferProgress& progress);

}  // namespace tcm::service
