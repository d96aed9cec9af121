// SPDX-License-Identifier: Apache-2.0
// Pieces of a page of HTML. All text from outside goes through html_text().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/sink.hpp"

namespace tcm::cli {

/// Text for an element or a quoted attribute: no markup, no controls, no characters that turn or hide text, valid
/// UTF-8.
std::string html_text(std::string_view text);

/// The source of an inline element for a Content-Security-Policy: 'sha256-…' (CSP 3, 2.3.1).
std::string csp_hash(std::string_view content);

struct HtmlColumn {
  std::string header;  ///< empty: of bars
  bool number = false;
  bool may_wrap = false;
};

struct HtmlCell {
  std::string text;
  std::string value{};          ///< what the column is sorted by; empty of a number: not known
  std::string title{};          ///< shown when pointed at
  std::optional<double> bar{};  ///< instead of a text: a share from 0 to 1
};

/// A table that is complete without scripts, and sorted by them.
class HtmlTable {
 public:
  /// The sink must outlive the table. The caption is one line of text.
  HtmlTable(Sink& sink, std::string_view caption, std::vector<HtmlColumn> columns);
  void row(const std::vector<HtmlCell>& cells);
  void finish();

 private:
  Sink& sink_;
  std::vector<HtmlColumn> columns_;
};

}  // namespace tcm::cli
