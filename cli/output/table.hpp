// SPDX-License-Identifier: Apache-2.0
// Tables for people: columns with two blanks between them, no borders, fitted to the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/sink.hpp"
#include "cli/output/terminal.hpp"

namespace tcm::cli {

enum class Align { left, right };

struct Column {
  std::string id;      ///< the word of --columns and --sort
  std::string header;  ///< printed in upper case
  Align align = Align::left;
  int drop_priority = 0;       ///< 0 is never dropped; of the others 1 goes first when it gets narrow, then 2, …
  bool flexible = false;       ///< its cells may be cut, with '…' in the middle; other columns are never cut
  std::size_t min_width = 12;  ///< of a flexible column: it is never cut below that
  std::size_t preferred_width = 32;  ///< of a flexible column: other columns are dropped before it is cut below that
  bool may_go_below = false;         ///< where the line is too narrow its cells stand on lines of their own, uncut
};

/// How each column is printed; same order as the columns.
struct ColumnFit {
  bool shown = true;
  bool below = false;  ///< on a line of its own, below the others of its row
  std::size_t width = 0;
};

/// Chooses columns and widths for a line of `width` columns. `natural` is what each column wants. Droppable columns go
/// in their order until the rest fits with flexible ones at their preferred width; then flexible ones shrink, the
/// widest first, down to their least width; width that is left over goes back to them. What still does not fit goes
/// below the line if it may, the rightmost first, or else sticks out: columns that are never dropped are never lost.
std::vector<ColumnFit> fit_columns(const std::vector<Column>& columns, const std::vector<std::size_t>& natural,
                                   std::size_t width);

/// Prints while rows come in. The first rows are held back to learn the widths; from then on the widths stand, whatever
/// comes, so memory stays flat. Cells are escaped for the terminal here.
class Table {
 public:
  /// Rows held back; the widths come from these.
  static constexpr std::size_t kBufferedRows = 2000;

  /// The sink must outlive the table. With kUnlimitedWidth nothing is dropped or cut.
  Table(Sink& sink, std::vector<Column> columns, const Terminal& terminal, std::size_t buffered_rows = kBufferedRows);

  /// One cell a column, text for people; missing cells are empty.
  void add_row(std::vector<std::string> cells);

  /// Prints what is held back. A table without rows prints nothing, not even its header. Write failures are the sink's.
  void finish();

  std::size_t rows() const { return rows_; }

 private:
  void start();
  void print(const std::vector<std::string>& cells, bool header);

  Sink& sink_;
  std::vector<Column> columns_;
  std::size_t width_;
  bool bold_header_;
  std::size_t buffered_rows_;
  std::size_t rows_ = 0;
  bool started_ = false;
  std::vector<std::vector<std::string>> held_;
  std::vector<ColumnFit> fit_;
};

}  // namespace tcm::cli
