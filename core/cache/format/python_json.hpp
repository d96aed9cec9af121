// SPDX-License-Identifier: Apache-2.0
// JSON as Python's json.load reads it, which is what Triton reads groups and metadata with: more lenient than the
// standard in some things and stricter in others. What Triton does with a damaged file depends on just that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/cache/format/json_reader.hpp"

namespace tcm::cache {

/// Feeds one document to `events`; half of a surrogate pair comes as the three bytes that would encode it. Returns what
/// Python refuses it for, for one line, or nothing. Accepts NaN, Infinity, -Infinity and single surrogates; refuses a
/// byte order mark, what is no UTF-8, numbers of more than 4300 digits, and nesting that is as deep as Python's
/// recursion limit. Members of one name come all, of which Python takes the last. After an error the events were
/// incomplete. Pure.
std::optional<std::string> read_python_json(std::string_view text, JsonEvents& events);

}  // namespace tcm::cache
