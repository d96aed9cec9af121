// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/wrap.hpp"

#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::util {

std::string wrap(std::string_view text, std::size_t width, std::size_t indent, std::size_t used) {
  std::string lines;
  std::size_t column = used;
  bool at_start = true;
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    const std::size_t word_width = display_width(word);
    if (!at_start && (width < column || width - column < word_width + 1)) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
      at_start = true;
    }
    if (!at_start) lines += ' ';
    lines += word;
    column += word_width + (at_start ? 0 : 1);
    at_start = false;
  }
  return lines;
}

std::string shorten_middle(std::string_view text, std::size_t width) {
  const std::size_t natural = display_width(text);
  if (natural <= width) return std::string(text);
  if (width == 0) return {};
  const std::size_t front = (width - 1) / 2;
  const std::size_t back = width - 1 - front;
  std::size_t used = 0;
  std::size_t front_end = 0;
  std::size_t position = 0;
  const auto width_at = [text](std::size_t at) {
    return display_width(text.substr(at, decode_utf8(text.substr(at)).length));
  };
  // The end begins where the rest fits; not with a combining character, which stays with its base.
  while (position < text.size() && (natural - used > back || width_at(position) == 0)) {
    used += width_at(position);
    position += decode_utf8(text.substr(position)).length;
    if (used <= front) front_end = position;
  }
  return std::string(text.substr(0, front_end)) + "…" + std::string(text.substr(position));
}

}  // namespace tcm::util
