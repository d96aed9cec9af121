// SPDX-License-Identifier: Apache-2.0
// Reads and checks the descriptor that a plugin's entry returned.
#pragma once

#include <string>

#include <tcm/plugin/plugin.h>
#include <tl/expected.hpp>

#include "core/backend/load/plugin_info.hpp"

namespace tcm::backend {

/// Copies the descriptor, or says in one line which rule it breaks. Fields behind the plugin's struct_size are not
/// touched; those of a later minor, which this host does not know, neither. `path` is copied into the result.
tl::expected<PluginInfo, std::string> read_descriptor(const tcm_kernel_backend_plugin& plugin, const std::string& path);

}  // namespace tcm::backend
