// SPDX-License-Identifier: Apache-2.0
#include "cli/show/compare/escaped_text.hpp"

#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

constexpr std::size_t kHeld = std::size_t{64} << 10;

/// Where `text`, the beginning of a line, may be cut: not within a character.
std::size_t whole_characters(std::string_view text) {
  constexpr std::size_t kLongest = 4;
  for (std::size_t back = 1; back <= kLongest && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0U) != 0x80U) return byte >= 0xC0U ? text.size() - back : text.size();
  }
  return text.size();
}

}  // namespace

std::string escaped_line(std::string_view line) {
  std::string text;
  for (std::size_t start = 0;;) {
    const std::size_t tab = line.find('\t', start);
    text += util::escape_control(line.substr(start, tab == std::string_view::npos ? tab : tab - start));
    if (tab == std::string_view::npos) return text;
    text += '\t';
    start = tab + 1;
  }
}

void EscapedText::print(std::string_view part) {
  if (part.empty()) return;
  sink_.write(escaped_line(part));
  line_open_ = true;
}

void EscapedText::add(std::string_view piece) {
  held_ += piece;
  std::size_t start = 0;
  for (std::size_t end = held_.find('\n'); end != std::string::npos; end = held_.find('\n', start)) {
    print(std::string_view(held_).substr(start, end - start));
    sink_.write("\n");
    line_open_ = false;
    start = end + 1;
  }
  held_.erase(0, start);
  if (held_.size() < kHeld) return;
  const std::size_t whole = whole_characters(held_);
  print(std::string_view(held_).substr(0, whole));
  held_.erase(0, whole);
}

void EscapedText::finish() {
  print(held_);
  held_.clear();
  if (line_open_) sink_.write("\n");
  line_open_ = false;
}

}  // namespace tcm::cli
