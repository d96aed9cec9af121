// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/json_scanner.hpp"

namespace tcm::cache {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

}  // namespace

void JsonScanner::skip_blanks() {
  at_ = text_.find_first_not_of(kBlanks, at_);
  if (at_ == std::string_view::npos) at_ = text_.size();
}

char JsonScanner::peek() {
  skip_blanks();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonScanner::take(char c) {
  if (peek() != c) return false;
  ++at_;
  return true;
}

void JsonScanner::expect(char c) {
  if (!take(c)) give_up();
}

TextSpan JsonScanner::string() {
  const std::size_t begin = (skip_blanks(), at_);
  expect('"');
  while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
  if (at_ >= text_.size())
    give_up();
  else
    ++at_;
  return {begin, at_};
}

TextSpan JsonScanner::value() {
  const std::size_t begin = (skip_blanks(), at_);
  const char first = peek();
  if (first == '"') return string();
  if (first == '{' || first == '[')
    container();
  else
    scalar();
  return {begin, at_};
}

void JsonScanner::give_up() {
  broken_ = true;
  at_ = text_.size();
}

void JsonScanner::container() {
  int depth = 0;
  do {
    const char c = peek();
    if (c == '"') {
      string();
      continue;
    }
    if (c == '\0') return give_up();
    depth += c == '{' || c == '[' ? 1 : 0;
    depth -= c == '}' || c == ']' ? 1 : 0;
    ++at_;
  } while (depth > 0 && !broken_);
}

void JsonScanner::scalar() {
  const std::size_t begin = at_;
  at_ = text_.find_first_of(",]} \t\r\n", at_);
  if (at_ == std::string_view::npos || at_ == begin) give_up();
}

}  // namespace tcm::cache
