// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace tcm::index {

/// Statements that make the functions which queries on PostgreSQL use, whether they are there already or not.
std::span<const std::string_view> postgres_functions();

}  // namespace tcm::index
