// SPDX-License-Identifier: Apache-2.0
// What caches take on the disk, and what of it could be freed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/places/disk_use.hpp"
#include "core/config/settings.hpp"
#include "core/index/index.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct UsageRequest {
  std::vector<std::string> cache_dirs{};  ///< at least one
  std::optional<model::Layout> layout{};  ///< absent: told by shape
};

/// What of the sums could go, and by which command.
struct Freeable {
  std::string_view name;     ///< "trash", "leftovers", "broken", "never_hit"
  std::string_view text;     ///< for people
  std::string_view command;  ///< which frees it
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  ///< apparent
};

struct UsageReport {
  std::vector<cache::UsePart> parts;  ///< by cache directory
  cache::DiskUse total;
  cache::DiskUse kept;              ///< of the roots' entries, which is what the limits of `prune` are about
  std::vector<Freeable> freeable;   ///< what is not nothing; all but the trash as the index knows it
  bool counted = false;             ///< hits were counted, so that there may be entries without one
  std::vector<std::string> absent;  ///< roots that the index knows, and that are not here
  std::vector<Error> failures;      ///< directories that could not be measured
};

/// Measures. `index` may be null: then only the disk is asked. `meter` may be watched meanwhile; when it is stopped the
/// result is ErrorCode::interrupted. A directory that cannot be read is a failure in the report; when none of them can,
/// that is the error.
Result<UsageReport> disk_usage(const UsageRequest& request, index::Index* index, cache::DiskMeter& meter);

/// What `used` is of `limit`, in percent, rounded; 0 for a limit of 0.
std::uint64_t percent_of(std::uint64_t used, std::uint64_t limit);

}  // namespace tcm::service
