// SPDX-License-Identifier: Apache-2.0
// POSIX extended regular expressions.
#pragma once

#include <string>

#include <regex.h>

namespace tcm::check {

class Pattern {
 public:
  explicit Pattern(const std::string& text)
      : valid_(::regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0) {}
  ~Pattern() {
    if (valid_) ::regfree(&compiled_);
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  bool is_valid() const { return valid_; }
  /// Does it match anywhere in `text`?
  bool finds(const std::string& text) const {
    return valid_ && ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t compiled_{};
  bool valid_;
};

/// Does `pattern` match all of `text`?
inline bool matches(const std::string& text, const std::string& pattern) {
  return Pattern("^(" + pattern + ")$").finds(text);
}

}  // namespace tcm::check
