// SPDX-License-Identifier: Apache-2.0
#include "cli/show/report/html.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/util/sha256.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

/// RFC 4648, section 4.
std::string base64(const util::Sha256& bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8U | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

std::string class_of(const HtmlColumn& column) {
  if (column.header.empty()) return " class=\"bar\"";
  if (column.number) return " class=\"n\"";
  return column.may_wrap ? " class=\"long\"" : "";
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : util::escape_control(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string csp_hash(std::string_view content) { return "'sha256-" + base64(util::sha256_of(content)) + "'"; }

HtmlTable::HtmlTable(Sink& sink, std::string_view caption, std::vector<HtmlColumn> columns)
    : sink_(sink), columns_(std::move(columns)) {
  sink_.write("<div class=\"scroll\" tabindex=\"0\"><table class=\"sortable\">\n");
  if (!caption.empty()) sink_.write(fmt::format("<caption>{}</caption>\n", html_text(caption)));
  sink_.write("<thead><tr>");
  for (const HtmlColumn& column : columns_)
    sink_.write(fmt::format("<th scope=\"col\"{}>{}</th>", class_of(column), html_text(column.header)));
  sink_.write("</tr></thead><tbody>\n");
}

void HtmlTable::row(const std::vector<HtmlCell>& cells) {
  std::string line = "<tr>";
  for (std::size_t i = 0; i < columns_.size() && i < cells.size(); ++i) {
    const HtmlCell& cell = cells[i];
    line += "<td" + class_of(columns_[i]);
    if (columns_[i].number || !cell.value.empty()) line += fmt::format(" data-v=\"{}\"", html_text(cell.value));
    if (!cell.title.empty()) line += fmt::format(" title=\"{}\"", html_text(cell.title));
    line += '>';
    if (cell.bar)
      line += fmt::format(
          "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
          "<rect width=\"{:.1f}\" height=\"8\"/></svg>",
          100 * std::clamp(*cell.bar, 0.0, 1.0));
    else
      line += html_text(cell.text);
    line += "</td>";
  }
  sink_.write(line + "</tr>\n");
}

void HtmlTable::finish() { sink_.write("</tbody></table></div>\n"); }

}  // namespace tcm::cli
