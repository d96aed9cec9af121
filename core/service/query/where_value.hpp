// SPDX-License-Identifier: Apache-2.0
// The values in a condition of `--where`, see where.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "core/index/values/columns.hpp"
#include "core/index/values/condition.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

struct WrittenValue {
  std::string text;     ///< as it was typed: "3.10" is a version, and 3.1 another
  bool ago = false;     ///< it had "ago" after it
  index::Operand read;  ///< what it is where nothing says of which type it should be
};

/// A word without quotes: a number, a size, true or false, or a text.
index::Operand read_value(const std::string& word);

/// The value as the column's type wants it; of an age the time, so long before `now_ns`. A column of text takes text
/// also where it looks like a number. Errors (usage) say what the column takes, and end in a comma.
Result<index::Operand> value_for(const index::RecordColumn& column, WrittenValue written, std::int64_t now_ns);

}  // namespace tcm::service
