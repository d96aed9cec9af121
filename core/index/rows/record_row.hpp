// SPDX-License-Identifier: Apache-2.0
// A record as its rows in `record`, `detail` and `resource` hold it.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/index/values/columns.hpp"
#include "core/model/entry.hpp"

namespace tcm::index {

struct RecordRow {
  std::vector<ColumnValue> cells;  ///< one for each of stored_columns(), in their order
  std::string metadata, artifacts, problem_detail, figures, units;
};

/// A text of `detail` or `resource`, by the name of its column.
struct SideText {
  std::string_view name;
  std::string RecordRow::*member;
};
inline constexpr std::array<SideText, 5> kSideTexts{{
    {"metadata", &RecordRow::metadata},
    {"artifacts", &RecordRow::artifacts},
    {"problem_detail", &RecordRow::problem_detail},
    {"figures", &RecordRow::figures},
    {"units", &RecordRow::units},
}};
std::string RecordRow::*side_text(std::string_view name);

/// The columns that `record` has, in the order of the table; with `roles`, those that have one of them.
std::vector<const RecordColumn*> stored_columns(RecordColumns columns, std::initializer_list<ColumnRole> roles = {});

/// Which of the stored columns has this name in the database.
std::size_t place_of(const std::vector<const RecordColumn*>& stored, std::string_view name);

/// One row a record. Ids and first-seen times are left for the writer.
std::vector<RecordRow> rows_of(RecordColumns columns, std::int64_t root_id, const model::Entry& entry);

/// Names of columns, each wherever `{name}` stands in `each`, joined by commas.
std::string list_columns(const std::vector<const RecordColumn*>& columns, std::string_view each);

/// What a row that is there takes of one that is inserted: a list for ON CONFLICT DO UPDATE SET.
std::string list_updates(RecordColumns columns);

}  // namespace tcm::index
