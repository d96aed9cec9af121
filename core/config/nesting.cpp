// SPDX-License-Identifier: Apache-2.0
#include "core/config/nesting.hpp"

namespace tcm::config {
namespace {

constexpr std::size_t kMaxDots = 16;

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  std::optional<std::size_t> too_deep() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#')
        skip_line();
      else if (c == '"' || c == '\'')
        skip_string(c);
      else if (c == '.' && ++dots_ > kMaxDots)
        return line_;
      else
        step();
    }
    return std::nullopt;
  }

 private:
  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      dots_ = 0;
    }
    ++at_;
  }
  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
  }
  std::size_t quotes_here(char quote, std::size_t most) const {
    std::size_t count = 0;
    while (count < most && at_ + count < text_.size() && text_[at_ + count] == quote) ++count;
    return count;
  }
  void skip_string(char quote) {
    const bool many_lines = quotes_here(quote, 3) == 3;
    at_ += many_lines ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == quote && (!many_lines || quotes_here(quote, 3) == 3)) {
        // Before the closing three there may be two more, which belong to the string.
        at_ += many_lines ? quotes_here(quote, 5) : 1;
        return;
      }
      if (c == '\n' && !many_lines) return;
      if (c == '\\' && quote == '"' && at_ + 1 < text_.size()) step();
      step();
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t dots_ = 0;
};

}  // namespace

std::optional<std::size_t> too_deep(std::string_view text) { return Scan(text).too_deep(); }

}  // namespace tcm::config
