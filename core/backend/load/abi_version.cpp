// SPDX-License-Identifier: Apache-2.0
#include "core/backend/load/abi_version.hpp"

#include <fmt/format.h>

#include "tcm/plugin/plugin.h"

namespace tcm::backend {

std::string abi_version() { return fmt::format("{}.{}", TCM_PLUGIN_ABI_MAJOR, TCM_PLUGIN_ABI_MINOR); }

}  // namespace tcm::backend
