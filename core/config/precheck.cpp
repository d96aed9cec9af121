// SPDX-License-Identifier: Apache-2.0
#include "core/config/precheck.hpp"

namespace tcm::config {
namespace {

constexpr std::size_t kMaxDots = 16;
constexpr std::string_view kDeep = "is nested too deep; no setting needs that";
constexpr std::string_view kStray = "is not TOML: a character that is not ASCII stands where only quotes can hold it";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {
    if (text.starts_with("\xef\xbb\xbf")) at_ = 3;  // a byte order mark
  }

  std::optional<Trouble> run() {
    while (at_ < text_.size() && found_.empty()) {
      const char c = text_[at_];
      if (c == '#')
        skip_line();
      else if ((c == '"' || c == '\'') && may_begin_string())
        skip_string(c);
      else
        take_plain(c);
    }
    return found_.empty() ? std::nullopt : std::optional(Trouble{line_, found_});
  }

 private:
  /// Elsewhere a quote is a mistake, and the parser reads on over it to name the value that it is in.
  bool may_begin_string() const { return std::string_view("\n=[,{.").find(before_) != std::string_view::npos; }
  /// A character outside strings and comments.
  void take_plain(char c) {
    if (!is_blank(c) || c == '\n') before_ = c;
    if (!is_ascii(c)) found_ = kStray;
    if (c == '.' && ++dots_ > kMaxDots) found_ = kDeep;
    if (found_.empty()) step();
  }
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
    before_ = quote;
    const bool many_lines = quotes_here(quote, 3) == 3;
    at_ += many_lines ? 3 : 1;
    while (at_ < text_.size() && found_.empty()) {
      const char c = text_[at_];
      if (c == quote && (!many_lines || quotes_here(quote, 3) == 3)) {
        // Before the closing three there may be two more, which belong to the string.
        at_ += many_lines ? quotes_here(quote, 5) : 1;
        return;
      }
      if (c == '\n' && !many_lines) return;
      step();
      if (c == '\\' && quote == '"') skip_escaped(many_lines);
    }
  }
  /// What a backslash speaks of: one character, or at the end of a line all blanks up to the next character.
  void skip_escaped(bool many_lines) {
    if (at_ >= text_.size()) return;
    if (many_lines && is_blank(text_[at_])) {
      while (at_ < text_.size() && is_blank(text_[at_])) step();
      if (at_ < text_.size() && !is_ascii(text_[at_])) found_ = kStray;
    } else if (!is_ascii(text_[at_])) {
      found_ = kStray;
    } else if (many_lines || text_[at_] != '\n') {
      step();
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  char before_ = '\n';  // the last non-blank character outside strings and comments
  std::size_t line_ = 1;
  std::size_t dots_ = 0;
  std::string_view found_;
};

}  // namespace

std::optional<Trouble> find_trouble(std::string_view text) { return Scan(text).run(); }

}  // namespace tcm::config
