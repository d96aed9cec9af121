// SPDX-License-Identifier: Apache-2.0
// Comma-separated values for other programs (RFC 4180), except that lines end with a line feed alone, as every Unix
// tool wants it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "cli/output/sink.hpp"

namespace tcm::cli {

/// Cells are written as they are. A cell that begins with '=' or '@' is not changed although a spreadsheet may take it
/// for a formula: the output is data for programs, which must get back exactly what the cache holds; who opens a file
/// from somebody unknown in a spreadsheet imports its columns as text. Only on a terminal are control characters
/// escaped.
class CsvWriter {
 public:
  /// Writes the header row. The sink must outlive the writer; write failures are the sink's.
  CsvWriter(Sink& sink, std::span<const std::string> header);

  /// One cell a column.
  void row(std::span<const std::string> cells);

 private:
  Sink& sink_;
};

}  // namespace tcm::cli
