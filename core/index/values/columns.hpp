// SPDX-License-Identifier: Apache-2.0
// The columns of a record, in one table: what is written to `record`, read back, compared, sorted, printed and
// documented comes from it. A new column is one row of it and one migration.
//
// A table is passed as a span; whoever made it keeps it as long as an index that was opened with it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/index/values/condition.hpp"
#include "core/index/values/records.hpp"
#include "core/model/entry.hpp"

namespace tcm::index {

enum class ColumnType : std::uint8_t {
  text,
  word,  ///< one of a closed list
  number,
  bytes,    ///< a number, shown to people as a size
  time,     ///< nanoseconds since 1970 UTC
  age,      ///< how long ago such a time was: stored as the time, so it grows as the time falls
  version,  ///< a text that is compared and sorted by its rank, see version_rank()
};

/// The table of the database that has the column.
enum class ColumnHome : std::uint8_t { record, root, host };

/// What happens to a column of `record` when its row is written again.
enum class ColumnRole : std::uint8_t {
  fixed,     ///< stays as it was when the row was made
  identity,  ///< tells which row it is
  content,   ///< takes the new value
  files,     ///< the same, also when only an entry's files changed
};

/// What a row of `record` is made of.
struct RecordSource {
  std::int64_t root_id = 0;
  const model::Entry& entry;
  const model::Record& record;
  std::int64_t ordinal = 0;  ///< of the record in its entry
  model::ByteTotals bytes;   ///< of the record's files
};

/// Where a Row keeps the value. Nothing: in Row::others.
using RowMember =
    std::variant<std::monostate, std::string Row::*, std::int64_t Row::*, std::optional<std::int64_t> Row::*,
                 model::EntryKind Row::*, model::Layout Row::*, model::SkipReason Row::*,
                 std::uint64_t model::ByteTotals::*, std::uint64_t (model::ByteTotals::*)() const,
                 std::uint64_t model::EntryStamp::*, std::int64_t model::EntryStamp::*, bool model::EntryStamp::*>;

/// How a table for people shows the column.
struct ColumnLook {
  bool in_table = false;   ///< shown unless other columns are requested
  int drop = 1;            ///< when it gets narrow, 1 goes first, then 2, …; 0 never
  bool flexible = false;   ///< cells may be cut
  bool short_key = false;  ///< a terminal shows as much as is needed to type it
};

struct RecordColumn {
  std::string_view name;     ///< the word for it, everywhere
  std::string_view json{};   ///< its name in JSON, which is accepted for `name`; empty: in JSON only when requested
  std::string_view alias{};  ///< one more word that is accepted
  ColumnType type = ColumnType::text;
  bool internal = false;    ///< for the program itself: no user sees or names it
  bool optional = false;    ///< a record may lack it: null, or an empty text
  std::string_view stored;  ///< its name in the database
  ColumnHome home = ColumnHome::record;
  std::string_view ordered_by{};  ///< the column of `record` that is compared and sorted in its place
  bool derived = false;           ///< another view of a column that has a row of its own
  ColumnRole role = ColumnRole::content;
  /// What the row takes when it is written again, as SQL over `record` and `excluded`; empty: the new value.
  std::string_view merged{};
  ColumnValue (*taken)(const RecordSource&) = nullptr;  ///< null: no entry tells it
  RowMember member{};
  std::vector<std::string_view> (*words)() = nullptr;  ///< of the type word
  ColumnLook look{};
  std::string_view meaning{};  ///< one line for users
};

using RecordColumns = std::span<const RecordColumn>;

/// The table of this release, in the order in which the columns are printed.
RecordColumns record_columns();

/// The column that a user's word means: its name, its name in JSON or its alias, in any case. Null when there is none.
const RecordColumn* find_column(RecordColumns columns, std::string_view word);

/// The column of this release's table with this name, which must be there, as a field. Finds internal ones, too.
Field column_field(std::string_view name);

/// Every word that find_column() knows.
std::vector<std::string_view> column_words(RecordColumns columns);

bool is_text(const RecordColumn& column);
/// Whether `record` has a column for it that is not another row's.
bool is_stored(const RecordColumn& column);
/// Whether a list has to read it in order to fill a Row.
bool is_read(const RecordColumn& column);

/// The value in a row; null when it is absent (an empty text is). Of an age: the time.
ColumnValue value_of(RecordColumns columns, const RecordColumn& column, const Row& row);

/// Puts a value that was read into the row. False when no release writes such a value there.
bool put_value(RecordColumns columns, const RecordColumn& column, ColumnValue value, Row& row);

}  // namespace tcm::index
