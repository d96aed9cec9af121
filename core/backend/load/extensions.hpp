// SPDX-License-Identifier: Apache-2.0
// Asks the extensions of a plugin. A plugin that lacks one, or answers what cannot be, gives nothing. What the plugin
// throws passes through.
#pragma once

#include <optional>
#include <string_view>

#include <tcm/plugin/plugin.h>

#include "core/backend/load/occupancy.hpp"

namespace tcm::backend {

/// A plugin and what its open() made.
struct OpenPlugin {
  const tcm_kernel_backend_plugin& descriptor;
  void* instance;
};

std::optional<Occupancy> ask_occupancy(const OpenPlugin& plugin, const OccupancyQuestion& question);
std::optional<Compatibility> ask_compatible(const OpenPlugin& plugin, std::string_view target,
                                            std::string_view kernel_arch, std::string_view device_arch);

/// As plugins see it. Numbers that are negative or too large are unknown.
tcm_launch launch_of(const LaunchFacts& facts);

}  // namespace tcm::backend
