// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace tcm::index {

/// What a statement binds.
using Value = std::variant<std::int64_t, double, std::string>;

}  // namespace tcm::index
