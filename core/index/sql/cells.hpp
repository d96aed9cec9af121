// SPDX-License-Identifier: Apache-2.0
// Rows of any table, for what treats all tables alike.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tcm::index {

/// Null, a number or a text of any bytes.
using Cell = std::variant<std::monostate, long long, std::string>;
using Cells = std::vector<Cell>;

struct TableColumn {
  std::string name;
  bool is_text = false;
};

struct Table {
  std::string name;
  std::vector<TableColumn> columns;

  /// Names of all columns, each with `before` in front, joined by commas.
  std::string list_columns(std::string_view before = {}) const {
    std::string list;
    for (const TableColumn& column : columns) {
      list += list.empty() ? "" : ", ";
      list += before;
      list += column.name;
    }
    return list;
  }
};

}  // namespace tcm::index
