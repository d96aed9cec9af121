// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "tcm/plugin/plugin.h"

namespace tcm::backend {

/// A text as the plugin interface has it; the bytes stay the caller's.
inline tcm_str as_str(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace tcm::backend
