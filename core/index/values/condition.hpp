// SPDX-License-Identifier: Apache-2.0
// A condition on fields of a record, as a tree: what `--where` becomes. Values, no SQL.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tcm::index {

enum class Comparison : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };

struct ComparisonSign {
  Comparison comparison;
  std::string_view sign;  ///< as users write it, and as SQL does
};

inline constexpr std::array<ComparisonSign, 6> kComparisonSigns{{{Comparison::equal, "="},
                                                                 {Comparison::not_equal, "!="},
                                                                 {Comparison::less, "<"},
                                                                 {Comparison::less_equal, "<="},
                                                                 {Comparison::greater, ">"},
                                                                 {Comparison::greater_equal, ">="}}};

/// Where a field's value is kept.
enum class FieldPlace : std::uint8_t {
  column,    ///< of the record itself
  resource,  ///< read out of the binary by a backend
  metadata,  ///< of the kernel's metadata file
};

struct RecordColumn;

/// A field of a record.
struct Field {
  FieldPlace place = FieldPlace::column;
  std::vector<std::string> path;         ///< one part for a resource; for metadata one for each level
  const RecordColumn* column = nullptr;  ///< of the place column
  std::string word;                      ///< as the user wrote it
};

using Operand = std::variant<std::int64_t, double, std::string, bool>;

/// A row that lacks the field matches no comparison, whatever its sign.
struct Condition {
  enum class Kind : std::uint8_t { all, any, negation, comparison };
  Kind kind = Kind::all;
  std::vector<Condition> parts;  ///< of all, any and negation (one)
  Field field;                   ///< of a comparison
  Comparison comparison = Comparison::equal;
  Operand value;
};

}  // namespace tcm::index
