// SPDX-License-Identifier: Apache-2.0
// A kernel's metadata with other values in some of its fields. Everything else is kept as it stands, byte by byte.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace tcm::cache {

/// The text that the string `value` of the top-level member `field` is to become; empty: it stays.
using NewValue = std::function<std::string(std::string_view field, std::string_view value)>;

/// Edits a JSON object. Members whose value is not a string are left alone, and so are those whose name or value cannot
/// be read. The error says in one line why it cannot be done.
tl::expected<std::string, std::string> edit_metadata(std::string_view text, const NewValue& new_value);

}  // namespace tcm::cache
