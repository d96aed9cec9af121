// SPDX-License-Identifier: Apache-2.0
// Where things stand in a JSON text, for what edits it in place and keeps every other byte.
#pragma once

#include <cstddef>
#include <string_view>

namespace tcm::cache {

/// A stretch of a text.
struct TextSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

inline std::string_view cut(std::string_view text, TextSpan span) {
  return text.substr(span.begin, span.end - span.begin);
}

/// Walks through a JSON text that a parser has accepted; on anything else it gives up (`broken`) and stands at the end.
class JsonScanner {
 public:
  /// The text is borrowed.
  explicit JsonScanner(std::string_view text) : text_(text) {}

  bool broken() const { return broken_; }
  std::size_t position() const { return at_; }

  /// The next character that is not blank; NUL at the end.
  char peek();
  /// Passes that character when it is `c`.
  bool take(char c);
  /// Gives up when it is not.
  void expect(char c);
  /// Passes a string; its stretch, quotes included.
  TextSpan string();
  /// Passes a value of any kind.
  TextSpan value();

 private:
  void skip_blanks();
  void give_up();
  void container();
  void scalar();

  std::string_view text_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

}  // namespace tcm::cache
