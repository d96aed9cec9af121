// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/header_text.hpp"

#include "plugins/common/text.hpp"

namespace tcm::plugin_common {

HeadLines::HeadLines(std::string_view text, std::string_view comment)
    : rest_(text.substr(0, kHeadBytes)), comment_(comment), goes_on_(text.size() > kHeadBytes) {}

std::optional<std::string_view> HeadLines::next() {
  while (!rest_.empty()) {
    const size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    line = trim(line.substr(0, line.find(comment_)));
    if (!line.empty()) return line;
  }
  return std::nullopt;
}

std::optional<std::string_view> argument_of(std::string_view line, std::string_view directive) {
  if (!line.starts_with(directive)) return std::nullopt;
  const std::string_view rest = line.substr(directive.size());
  if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return std::nullopt;
  return trim(rest);
}

}  // namespace tcm::plugin_common
