// SPDX-License-Identifier: Apache-2.0
#include "cli/output/table.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/util/text/text.hpp"
#include "core/util/text/wrap.hpp"

namespace tcm::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kIndentBelow = 4;

std::string upper_ascii(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// What the shown columns take together.
std::size_t line_width(const std::vector<ColumnFit>& fit) {
  std::size_t width = 0;
  for (const ColumnFit& column : fit)
    if (column.shown) width += column.width + (width == 0 ? 0 : kGap);
  return width;
}

/// The next column to go: the shown one with the lowest priority over 0; of equals the rightmost.
std::optional<std::size_t> next_to_drop(const std::vector<Column>& columns, const std::vector<ColumnFit>& fit) {
  std::optional<std::size_t> next;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!fit[i].shown || columns[i].drop_priority <= 0) continue;
    if (!next || columns[i].drop_priority <= columns[*next].drop_priority) next = i;
  }
  return next;
}

std::optional<std::size_t> widest_to_shrink(const std::vector<Column>& columns, const std::vector<ColumnFit>& fit) {
  std::optional<std::size_t> widest;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!fit[i].shown || !columns[i].flexible || fit[i].width <= columns[i].min_width) continue;
    if (!widest || fit[i].width > fit[*widest].width) widest = i;
  }
  return widest;
}

std::optional<std::size_t> next_to_go_below(const std::vector<Column>& columns, const std::vector<ColumnFit>& fit) {
  for (std::size_t i = columns.size(); i-- > 0;)
    if (fit[i].shown && columns[i].may_go_below) return i;
  return std::nullopt;
}

/// Gives width that is left to the cut columns, the leftmost first.
void grow(const std::vector<std::size_t>& natural, std::size_t width, std::vector<ColumnFit>& fit) {
  for (std::size_t i = 0; i < fit.size(); ++i) {
    const std::size_t used = line_width(fit);
    if (used >= width) return;
    if (fit[i].shown) fit[i].width += std::min(natural[i] - fit[i].width, width - used);
  }
}

std::size_t padding(std::size_t width, std::size_t used) { return width > used ? width - used : 0; }

}  // namespace

std::vector<ColumnFit> fit_columns(const std::vector<Column>& columns, const std::vector<std::size_t>& natural,
                                   std::size_t width) {
  std::vector<ColumnFit> fit(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) fit[i].width = natural[i];
  if (width == kUnlimitedWidth) return fit;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t least = std::max(columns[i].preferred_width, columns[i].min_width);
    if (columns[i].flexible) fit[i].width = std::min(natural[i], least);
  }
  while (line_width(fit) > width) {
    const std::optional<std::size_t> dropped = next_to_drop(columns, fit);
    if (!dropped) break;
    fit[*dropped].shown = false;
  }
  while (line_width(fit) > width) {
    const std::optional<std::size_t> shrunk = widest_to_shrink(columns, fit);
    if (!shrunk) break;
    --fit[*shrunk].width;
  }
  while (line_width(fit) > width) {
    const std::optional<std::size_t> moved = next_to_go_below(columns, fit);
    if (!moved) break;
    fit[*moved].shown = false;
    fit[*moved].below = true;
  }
  grow(natural, width, fit);
  return fit;
}

Table::Table(Sink& sink, std::vector<Column> columns, const Terminal& terminal, std::size_t buffered_rows)
    : sink_(sink),
      columns_(std::move(columns)),
      width_(terminal.width),
      bold_header_(terminal.color),
      buffered_rows_(std::max<std::size_t>(buffered_rows, 1)) {}

void Table::add_row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = util::escape_control(cell);
  ++rows_;
  if (started_) return print(cells, false);
  held_.push_back(std::move(cells));
  if (held_.size() >= buffered_rows_) start();
}

void Table::finish() {
  if (!started_ && rows_ > 0) start();
}

void Table::start() {
  std::vector<std::string> headers;
  std::vector<std::size_t> natural;
  for (const Column& column : columns_) {
    headers.push_back(upper_ascii(column.header));
    natural.push_back(util::display_width(headers.back()));
  }
  for (const auto& row : held_)
    for (std::size_t i = 0; i < row.size(); ++i) natural[i] = std::max(natural[i], util::display_width(row[i]));
  fit_ = fit_columns(columns_, natural, width_);
  started_ = true;
  print(headers, true);
  for (const auto& row : held_) print(row, false);
  held_.clear();
  held_.shrink_to_fit();
}

void Table::print(const std::vector<std::string>& cells, bool header) {
  std::string line;
  std::size_t pending = 0;  // blanks that are written only when something follows: no line ends in blanks
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!fit_[i].shown) continue;
    const std::size_t width = fit_[i].width;
    const bool cut = columns_[i].flexible && width_ != kUnlimitedWidth;
    const std::string text = cut ? util::shorten_middle(cells[i], width) : cells[i];
    const std::size_t blanks = padding(width, util::display_width(text));
    if (columns_[i].align == Align::right) pending += blanks;
    if (!text.empty()) {
      line.append(pending, ' ');
      line += text;
      pending = 0;
    }
    if (columns_[i].align == Align::left) pending += blanks;
    pending += kGap;
  }
  if (header && bold_header_) line = "\x1b[1m" + line + "\x1b[0m";
  line += '\n';
  for (std::size_t i = 0; i < cells.size() && !header; ++i)
    if (fit_[i].below && !cells[i].empty())
      line += std::string(kIndentBelow, ' ') + util::wrap(cells[i], width_, kIndentBelow, kIndentBelow) + '\n';
  sink_.write(line);
}

}  // namespace tcm::cli
