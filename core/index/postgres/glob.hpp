// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tcm::index {

/// A shell pattern (`*`, `?`, `[a-z]`, `[!a-z]`) as a regular expression of PostgreSQL that matches the same whole
/// texts as GLOB of SQLite. Never one that the database refuses.
std::string glob_to_regex(std::string_view pattern);

}  // namespace tcm::index
