// SPDX-License-Identifier: Apache-2.0
// A manual page in the macros of man(7), which every manual reader knows.
#pragma once

#include <string>
#include <string_view>

namespace tcm::cli {

/// What the first line of a page says.
struct PageTitle {
  std::string name;  ///< "tcm-list"
  int section = 1;
  std::string date;     ///< "2026-11-30"
  std::string version;  ///< of the program
};

class RoffPage {
 public:
  RoffPage(const PageTitle& title, std::string_view one_line);

  RoffPage& section(std::string_view heading);
  RoffPage& subsection(std::string_view heading);
  /// A paragraph; empty text is none.
  RoffPage& paragraph(std::string_view text);
  /// A paragraph of roff, which the caller has escaped.
  RoffPage& roff(std::string_view text);
  /// A term in bold with what it means below it. `value` stands behind the term, in italics.
  RoffPage& term(std::string_view term, std::string_view value, std::string_view meaning);
  /// Lines as they are; indented, in the font of code.
  RoffPage& lines(std::string_view text);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Text for roff: nothing in it is a command, every dash is one that can be copied, and it is ASCII.
std::string roff_text(std::string_view text);
std::string bold(std::string_view text);
std::string italic(std::string_view text);

}  // namespace tcm::cli
