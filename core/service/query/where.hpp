// SPDX-License-Identifier: Apache-2.0
// `--where 'registers >= 128 and num_warps = 8'`: a small language of conditions on any field.
//
//   condition:  comparison | condition and condition | condition or condition | not condition | ( condition )
//   comparison: FIELD (= | != | < | <= | > | >=) VALUE
//   FIELD:      a column of the record by its name or its name in JSON, else a resource, else a field of the metadata
//               (`target.warp_size` for a nested one); `resource.NAME` and `metadata.NAME` say which is meant
//   VALUE:      a number, a size (64K, 1.5MiB), a text ('…', "…" or a bare word), true or false; of a time a date, or a
//               duration and `ago`; of an age a duration; of a version a version
//
// `and` binds closer than `or`. A record that lacks a field matches no comparison of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/index/values/columns.hpp"
#include "core/index/values/condition.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// `now_ns` is what ages are measured from. Errors (usage) show where in the text it went wrong.
Result<index::Condition> parse_where(const std::string& text, std::int64_t now_ns,
                                     index::RecordColumns columns = index::record_columns());

/// The field that a user's word means. Errors (usage): no name of a field can look so.
Result<index::Field> parse_field(const std::string& word, index::RecordColumns columns = index::record_columns());

/// What a word that names no field could have meant: not the word itself.
std::string suggestion(std::string_view word, index::RecordColumns columns);

/// Every field named in a condition.
std::vector<index::Field> fields_of(const index::Condition& condition);

}  // namespace tcm::service
