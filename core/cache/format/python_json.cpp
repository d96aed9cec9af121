// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/python_json.hpp"

#include <charconv>

#include <fmt/format.h>

#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::cache {
namespace {

// Python stops at 1000 calls inside each other, some of which the program itself takes.
constexpr std::size_t kMaxDepth = 950;
// sys.set_int_max_str_digits()'s default, since 3.11 and in the security releases before.
constexpr std::size_t kMaxDigits = 4300;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void append_utf8(std::string& to, unsigned code) {
  const auto add = [&to](unsigned byte) { to += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12), add(0x80 | (code >> 6 & 0x3F));
  } else {
    add(0xF0 | code >> 18), add(0x80 | (code >> 12 & 0x3F)), add(0x80 | (code >> 6 & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

class Reader {
 public:
  Reader(std::string_view text, JsonEvents& events) : text_(text), events_(events) {}

  std::optional<std::string> read() {
    skip_blanks();
    if (value() && !open_.empty()) after_value();
    if (problem_.empty() && open_.empty()) {
      skip_blanks();
      if (at_ < text_.size()) refuse("more after its end");
    }
    if (problem_.empty()) return std::nullopt;
    return fmt::format("{} at byte {}", problem_, at_);
  }

 private:
  bool refuse(std::string_view why) {
    if (problem_.empty()) problem_ = why;
    return false;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool at_end() const { return at_ >= text_.size(); }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  /// One value; of a container all up to its first scalar or end.
  bool value() {
    for (;;) {
      if (at_end()) return refuse("ends early");
      const char c = peek();
      if (c != '{' && c != '[') return c == '"' ? string(false) : word();
      if (open_.size() >= kMaxDepth) return refuse("nested deeper than Python reads");
      ++at_;
      open_ += c;
      events_.begin(c);
      skip_blanks();
      if (take(c == '{' ? '}' : ']')) return close(), true;
      if (c == '{' && !member()) return false;
    }
  }

  void close() {
    events_.end(open_.back() == '{' ? '}' : ']');
    open_.pop_back();
  }

  /// From the end of a value to the beginning of the next, or to the end of all.
  void after_value() {
    while (!open_.empty()) {
      skip_blanks();
      const char bracket = open_.back();
      if (take(bracket == '{' ? '}' : ']')) {
        close();
        continue;
      }
      if (!take(',')) return void(refuse(at_end() ? "ends early" : "',' expected"));
      skip_blanks();
      if (bracket == '{' && !member()) return;
      if (!value()) return;
    }
  }

  bool member() {
    if (peek() != '"') return refuse(at_end() ? "ends early" : "member name in double quotes expected");
    if (!string(true)) return false;
    skip_blanks();
    if (!take(':')) return refuse(at_end() ? "ends early" : "':' expected");
    skip_blanks();
    return true;
  }

  bool word() {
    for (const std::string_view literal : {"true", "false", "null"})
      if (take_word(literal)) return events_.literal(literal), true;
    for (const std::string_view number_word : {"NaN", "Infinity", "-Infinity"})
      if (take_word(number_word)) return events_.number(number_word), true;
    return number();
  }

  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::size_t digits_at(std::size_t at) const {
    std::size_t end = at;
    while (end < text_.size() && util::is_digit(text_[end])) ++end;
    return end - at;
  }

  bool number() {
    std::size_t end = at_ + (peek() == '-' ? 1 : 0);
    std::size_t digits = digits_at(end);
    if (digits == 0) return refuse("no value");
    if (text_[end] == '0') digits = 1;
    end += digits;
    bool whole = true;
    if (end < text_.size() && text_[end] == '.' && digits_at(end + 1) > 0) {
      end += 1 + digits_at(end + 1);
      whole = false;
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      std::size_t power = end + 1;
      if (power < text_.size() && (text_[power] == '+' || text_[power] == '-')) ++power;
      if (digits_at(power) > 0) {
        end = power + digits_at(power);
        whole = false;
      }
    }
    if (whole && digits > kMaxDigits) return refuse("a number of more than 4300 digits");
    const std::string_view written = text_.substr(at_, end - at_);
    at_ = end;
    std::int64_t small = 0;
    const auto [stop, error] = std::from_chars(written.data(), written.data() + written.size(), small);
    if (whole && error == std::errc() && stop == written.data() + written.size())
      events_.integer(small);
    else
      events_.number(written);
    return true;
  }

  bool string(bool is_key) {
    const std::size_t begin = ++at_;
    std::size_t end = begin;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' && !is_control(text_[end])) ++end;
    std::string_view meant = text_.substr(begin, end - begin);
    at_ = end;
    if (peek() != '"' || at_end()) {
      held_.assign(meant);
      if (!rest_of_string()) return false;
      meant = held_;
    } else {
      ++at_;
    }
    is_key ? events_.key(meant) : events_.string(meant);
    return true;
  }

  static bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

  bool rest_of_string() {
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (is_control(c)) return --at_, refuse("control character in a string");
      if (c != '\\')
        held_ += c;
      else if (!escape())
        return false;
    }
    return refuse("unterminated string");
  }

  bool escape() {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (at_end()) return refuse("unterminated string");
    const char c = text_[at_++];
    if (const std::size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      held_ += kMeanings[letter];
      return true;
    }
    unsigned code = 0;
    if (c != 'u' || !hex(code)) return refuse("invalid escape in a string");
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
      const std::size_t before = at_;
      unsigned low = 0;
      at_ += 2;
      if (hex(low) && low >= 0xDC00 && low < 0xE000)
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      else
        at_ = before;
    }
    append_utf8(held_, code);
    return true;
  }

  bool hex(unsigned& code) {
    constexpr std::size_t kDigits = 4;
    if (text_.size() - at_ < kDigits) return false;
    const char* const from = text_.data() + at_;
    const auto [stop, error] = std::from_chars(from, from + kDigits, code, 16);
    if (error != std::errc() || stop != from + kDigits) return false;
    at_ += kDigits;
    return true;
  }

  std::string_view text_;
  JsonEvents& events_;
  std::size_t at_ = 0;
  std::string open_;  ///< brackets
  std::string held_;
  std::string problem_;
};

}  // namespace

std::optional<std::string> read_python_json(std::string_view text, JsonEvents& events) {
  if (text.empty()) return "empty file";
  if (text.starts_with(kByteOrderMark)) return "begins with a byte order mark";
  if (!util::is_valid_utf8(text)) return "not UTF-8";
  return Reader(text, events).read();
}

}  // namespace tcm::cache
