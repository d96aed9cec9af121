// SPDX-License-Identifier: Apache-2.0
// `--where 'registers >= 128 and num_warps = 8'`: a small language of conditions on any field.
//
//   condition:  comparison | condition and condition | condition or condition | not condition | ( condition )
//   comparison: FIELD (= | != | < | <= | > | >=) VALUE
//   FIELD:      a column of the record, else a resource, else a field of the metadata (`target.warp_size` for a nested
//               one); `resource.NAME` and `metadata.NAME` say which is meant
//   VALUE:      a number, a size (64K, 1.5MiB), a text ('…', "…" or a bare word), true or false
//
// `and` binds closer than `or`. A record that lacks a field matches no comparison of it.
#pragma once

#include <string>

#include "core/index/values/condition.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Errors (usage) show where in the text it went wrong.
Result<index::Condition> parse_where(const std::string& text);

/// The field that a user's word means. Errors (usage): no name of a field can look so.
Result<index::Field> parse_field(const std::string& word);

/// Every field named in a condition.
std::vector<index::Field> fields_of(const index::Condition& condition);

/// "registers", "target.warp_size"
std::string to_string(const index::Field& field);

}  // namespace tcm::service
