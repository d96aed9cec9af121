// SPDX-License-Identifier: Apache-2.0
// Logs of look-ups, folded into the index.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/hits/path_map.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct HitImportRequest {
  std::vector<std::string> directories;  ///< of logs
  PathMap map;                           ///< from the paths in the logs to those of this machine
  bool skip_unknown = false;             ///< read logs also where they name roots that the index does not know
  unsigned jobs = 1;                     ///< reading threads of the index run
  std::int64_t now_ns = 0;
};

struct HitImportReport {
  std::int64_t logs = 0;         ///< in the directories
  std::int64_t read = 0;         ///< of them: had something new
  std::int64_t waiting = 0;      ///< of them: left for later, because they name roots that the index does not know
  std::int64_t hits = 0;         ///< that the logs have anew
  std::int64_t misses = 0;       ///< the same
  std::int64_t entries = 0;      ///< that have new hits or misses
  std::int64_t gone = 0;         ///< entries that are not in the index any more
  std::uint64_t unreadable = 0;  ///< lines
  std::map<std::string, std::int64_t> unknown_roots;  ///< as the logs name them, with the number of logs
  std::vector<Error> failures;                        ///< logs and cache directories that could not be read
};

/// Reads what is new in the logs, a job at a time, and adds it to the index: hits and misses of entries together with
/// how far the logs were read, so that each line counts once, whenever this is ended. The caches that they name are
/// indexed first. A hit is a process that used an entry without compiling it, see EntryUse::hits(). Errors: missing (a
/// directory of logs), interrupted, those of the index.
Result<HitImportReport> import_hits(const HitImportRequest& request, index::Index& index, const Backends& backends,
                                    IndexProgress& progress);

}  // namespace tcm::service
