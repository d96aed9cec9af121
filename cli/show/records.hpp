// SPDX-License-Identifier: Apache-2.0
// How a record is printed, column by column, and as JSON. Which columns there are is index::record_columns().
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/output/json_writer.hpp"
#include "cli/output/sink.hpp"
#include "cli/output/table.hpp"
#include "cli/output/terminal.hpp"
#include "cli/run/context.hpp"
#include "core/index/index.hpp"

namespace tcm::cli {

/// What a cell may need beyond the record.
struct CellContext {
  std::int64_t now_ns = 0;
  bool short_key = false;  ///< a terminal shows as much of a key as is needed to type it
};

/// A column of the record, or a field that the rows' `extra` has at a place.
struct PrintedColumn {
  Column layout;
  const index::RecordColumn* column = nullptr;
  std::size_t field = 0;
};

/// Which columns to print, in order.
struct ColumnChoice {
  index::RecordColumns table;
  std::vector<PrintedColumn> columns;
  std::vector<std::string> fields;  ///< words that are no column: resources and fields of the metadata
  bool chosen = false;              ///< named by --columns, not the default
};

/// The columns for a format, or those that `chosen` names ("name,size,registers"). A table that nobody chose the
/// columns of shows the one that it is sorted by (the word before ":asc"), too.
ColumnChoice choose_columns(index::RecordColumns table, const std::string& chosen, Format format,
                            const std::string& sort = {});

/// One more column, behind another; none when it is there.
void add_column_after(ColumnChoice& choice, const std::string& name, const std::string& behind);

/// Of the columns that `choice` has, what Table wants to know.
std::vector<Column> layouts_of(const ColumnChoice& choice);

/// The cells of a row, in the order of the columns: for people, and for programs.
std::vector<std::string> text_cells(const ColumnChoice& choice, const index::Row& row, const CellContext& context);
std::vector<std::string> data_cells(const ColumnChoice& choice, const index::Row& row, std::int64_t now_ns);

/// A column's value for people; empty when it is absent.
std::string column_text(index::RecordColumns table, const index::RecordColumn& column, const index::Row& row,
                        const CellContext& context);
std::string column_text(const index::RecordColumn& column, const index::ColumnValue& value, const CellContext& context);

/// A column's value for programs, as write_record_fields() has it; null when it is absent.
void write_column_value(JsonWriter& json, const index::RecordColumn& column, const index::ColumnValue& value);

/// The fields of a record as docs/json.md lists them, into an open object: all of them, or those chosen; fields that
/// are no columns as an object `fields`.
void write_record_fields(JsonWriter& json, index::RecordColumns table, const index::Row& row);
void write_record_fields(JsonWriter& json, const ColumnChoice& choice, const index::Row& row, std::int64_t now_ns);

/// The table of columns, for people and for programs (`--columns help`).
void print_columns(Sink& out, const Terminal& terminal, index::RecordColumns table, Format format);

}  // namespace tcm::cli
