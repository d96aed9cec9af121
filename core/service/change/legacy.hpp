// SPDX-License-Identifier: Apache-2.0
// Moving from the tools before this one: what their index has and no disk tells again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/index/upkeep/legacy.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// A directory of the earlier tool's index.
struct ImportedDirectory {
  std::string path;           ///< canonical
  bool exists = false;        ///< on this machine
  std::int64_t kernels = 0;   ///< that the earlier tool knew
  std::int64_t imported = 0;  ///< … of which the disk has these
  std::int64_t hits = 0;      ///< of all that it knew
};

struct ImportReport {
  std::vector<ImportedDirectory> directories;  ///< by path
  std::int64_t unusable = 0;                   ///< rows without a key or a directory
  std::vector<Error> failures;                 ///< what of the disk could not be read

  std::int64_t kernels() const;
  std::int64_t imported() const;
};

/// Brings the index in step with the directories that `legacy` names, as far as they exist here, and gives their
/// entries its hits and first-seen times. The same may be imported again. `how` says how to index; its directories do
/// not count. Errors: of `legacy`, and as index_caches().
Result<ImportReport> import_legacy(index::LegacyIndex& legacy, const IndexRequest& how, index::Index& index,
                                   const Backends& backends, IndexProgress& progress);

}  // namespace tcm::service
