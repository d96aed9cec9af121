// SPDX-License-Identifier: Apache-2.0
// How a record is printed: the one table of its columns, and its JSON.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/output/json_writer.hpp"
#include "cli/output/table.hpp"
#include "cli/run/context.hpp"
#include "core/index/index.hpp"

namespace tcm::cli {

/// What a cell may need beyond the record.
struct CellContext {
  std::int64_t now_ns = 0;
  bool short_key = false;  ///< a terminal shows as much of a key as is needed to type it
};

struct RecordColumn {
  Column layout;
  bool in_table = false;  ///< shown by default; the others only in wide tables and on request
  std::function<std::string(const index::Row&, const CellContext&)> text;  ///< for people
  std::function<std::string(const index::Row&)> data;                      ///< for programs
};

const std::vector<RecordColumn>& record_columns();

/// Which columns to print, in order.
struct ColumnChoice {
  std::vector<RecordColumn> columns;
  std::vector<std::string> fields;  ///< names that are no column: fields whose values the rows' `extra` holds, in order
};

/// The columns for a format, or those that `chosen` names ("name,size,registers").
ColumnChoice choose_columns(const std::string& chosen, Format format);

/// The names of all columns.
std::vector<std::string> column_names();

/// Of the columns that `choice` has, what Table wants to know.
std::vector<Column> layouts_of(const ColumnChoice& choice);

/// The fields of a record as docs/json.md lists them, into an open object.
void write_record_fields(JsonWriter& json, const index::Row& row);

/// The fields asked for by name, as an object `fields`; nothing when there are none.
void write_extra_fields(JsonWriter& json, const index::Row& row, const std::vector<std::string>& fields);

/// As much of a key as a terminal shows.
std::string short_key(const std::string& key);

}  // namespace tcm::cli
