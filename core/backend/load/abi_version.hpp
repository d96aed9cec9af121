// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tcm::backend {

/// The version of the plugin interface that this host speaks: "1.0".
std::string abi_version();

}  // namespace tcm::backend
