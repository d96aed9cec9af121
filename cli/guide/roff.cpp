// SPDX-License-Identifier: Apache-2.0
#include "cli/guide/roff.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

/// The code point that begins at `at`, which moves behind it. The texts are the program's own, so they are UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(at);
  const std::size_t more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  char32_t point = more == 0 ? first : first & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) point = (point << 6U) | (byte(at + i) & 0x3FU);
  at += more + 1;
  return point;
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string roff;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = next_code_point(text, at);
    switch (point) {
      case U'\\': roff += "\\e"; break;
      case U'-': roff += "\\-"; break;
      case U'\'': roff += "\\(aq"; break;
      case U'`': roff += "\\(ga"; break;
      case U'^': roff += "\\(ha"; break;
      case U'~': roff += "\\(ti"; break;
      default:
        if (point < 0x80)
          roff += static_cast<char>(point);
        else
          roff += fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(point));
    }
  }
  // At the start of a line these would be commands.
  if (!roff.empty() && roff.front() == '.') roff.insert(0, "\\&");
  return roff;
}

std::string bold(std::string_view text) { return "\\fB" + roff_text(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff_text(text) + "\\fR"; }

RoffPage::RoffPage(const PageTitle& title, std::string_view one_line) {
  text_ = fmt::format(".TH {} {} {} \"tcm {}\" \"Triton Cache Manager\"\n", title.name, title.section, title.date,
                      title.version);
  section("NAME").roff(roff_text(title.name) + " \\- " + roff_text(one_line));
}

RoffPage& RoffPage::section(std::string_view heading) {
  text_ += fmt::format(".SH {}\n", roff_text(heading));
  return *this;
}

RoffPage& RoffPage::subsection(std::string_view heading) {
  text_ += fmt::format(".SS {}\n", roff_text(heading));
  return *this;
}

RoffPage& RoffPage::paragraph(std::string_view text) { return text.empty() ? *this : roff(roff_text(text)); }

RoffPage& RoffPage::roff(std::string_view text) {
  const bool heads_section = text_.rfind("\n.S") == text_.rfind('\n', text_.size() - 2);
  if (!heads_section) text_ += ".PP\n";
  text_ += text;
  text_ += '\n';
  return *this;
}

RoffPage& RoffPage::term(std::string_view term, std::string_view value, std::string_view meaning) {
  text_ += ".TP\n";
  if (!term.empty()) text_ += bold(term);
  if (!value.empty()) text_ += italic(value);
  text_ += '\n' + roff_text(meaning) + '\n';
  return *this;
}

RoffPage& RoffPage::lines(std::string_view text) {
  text_ += ".RS 4\n.nf\n";
  for (const std::string_view line : util::split(text, '\n')) text_ += roff_text(line) + '\n';
  text_ += ".fi\n.RE\n";
  return *this;
}

}  // namespace tcm::cli
