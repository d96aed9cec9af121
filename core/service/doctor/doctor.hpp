// SPDX-License-Identifier: Apache-2.0
// A look at everything around the caches of a machine: where they are, on what file systems, what the index knows of
// them, backends, settings and running jobs. It reads only, and creates nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/places/disk_use.hpp"
#include "core/cache/places/known_places.hpp"
#include "core/config/files.hpp"
#include "core/config/settings.hpp"
#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/doctor/report.hpp"

namespace tcm::service {

struct DoctorRequest {
  const config::Settings& settings;
  std::optional<Error> broken_settings{};           ///< why files of settings could not be used
  std::vector<config::FileState> settings_files{};  ///< in order of precedence
  std::vector<std::string> unknown_variables{};     ///< a line each
  cache::PlaceEnvironment environment{};
  std::string proc = "/proc";       ///< where procfs is mounted
  std::chrono::seconds timeout{5};  ///< of the database
  std::function<Result<index::Index>()> open_index{};
  std::int64_t now_ns = 0;
};

/// Looks at no more names of files than this where the index does not tell sizes.
inline constexpr std::uint64_t kMostNamesLookedAt = 200'000;

/// Never fails as a whole: what cannot be looked at is a finding. `meter` may be watched meanwhile, and stopped.
DoctorReport examine(const DoctorRequest& request, const Backends& backends, cache::DiskMeter& meter);

}  // namespace tcm::service
