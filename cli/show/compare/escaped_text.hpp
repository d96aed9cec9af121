// SPDX-License-Identifier: Apache-2.0
// A text from outside, of any size, on a terminal: its line ends and tabs stay, everything else that a terminal would
// act on is escaped.
#pragma once

#include <string>
#include <string_view>

#include "cli/output/sink.hpp"

namespace tcm::cli {

/// Takes a text in pieces, cut anywhere. Holds at most one line, and of a long one a part.
class EscapedText {
 public:
  /// The sink must outlive it.
  explicit EscapedText(Sink& sink) : sink_(sink) {}

  void add(std::string_view piece);
  /// The rest of the text, with a line end if it has none.
  void finish();

 private:
  void print(std::string_view part);

  Sink& sink_;
  std::string held_;  // the end of what was added, from the last line end on
  bool line_open_ = false;
};

/// One line, without its end: tabs stay.
std::string escaped_line(std::string_view line);

}  // namespace tcm::cli
