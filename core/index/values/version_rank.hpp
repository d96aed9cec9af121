// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tcm::index {

/// "3.6.0" as a number that sorts: major * 10^8 + minor * 10^4 + patch. What follows the third number ("+git1a2b",
/// "rc1", ".post1") does not count. Null when the text does not start with a number.
std::optional<std::int64_t> version_rank(std::string_view version);

}  // namespace tcm::index
