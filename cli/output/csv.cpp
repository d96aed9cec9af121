// SPDX-License-Identifier: Apache-2.0
#include "cli/output/csv.hpp"

#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

void append_cell(std::string& line, std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += cell;
    return;
  }
  line += '"';
  for (const char c : cell) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

}  // namespace

CsvWriter::CsvWriter(Sink& sink, std::span<const std::string> header) : sink_(sink) { row(header); }

void CsvWriter::row(std::span<const std::string> cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    append_cell(line, sink_.to_terminal() ? util::escape_control(cells[i]) : cells[i]);
  }
  // A lone empty cell would be an empty line, which many readers skip.
  if (line.empty()) line = "\"\"";
  line += '\n';
  sink_.write(line);
}

}  // namespace tcm::cli
