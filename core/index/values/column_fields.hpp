// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace tcm::index {

/// A column of the record that conditions and lists may name.
struct ColumnField {
  std::string_view name;
  std::string_view column;  ///< of the table
  bool is_text = false;
};

/// The one table of them.
const std::vector<ColumnField>& column_fields();

}  // namespace tcm::index
