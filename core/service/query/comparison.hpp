// SPDX-License-Identifier: Apache-2.0
// The signs of comparisons as users write them, in filters and in conditions.
#pragma once

#include <optional>
#include <string_view>

#include "core/index/values/condition.hpp"

namespace tcm::service {

/// Takes a comparison off the front of `text`; absent, and `text` as it was, when there is none.
std::optional<index::Comparison> take_comparison(std::string_view& text);

}  // namespace tcm::service
