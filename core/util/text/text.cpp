// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/text.hpp"

#include <algorithm>
#include <array>
#include <cwchar>

#include <fmt/format.h>
#include <locale.h>

#include "core/util/text/utf8.hpp"

namespace tcm::util {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// What a terminal does not show as a character of its own, but acts upon: C1 controls, and the format characters that
/// reorder or hide text (Unicode Technical Report 36, "Bidirectional Text Spoofing"; Trojan Source, CVE-2021-42574).
/// The joiners U+200C and U+200D are left: scripts need them.
constexpr std::array<Range, 10> kUnsafe{{{0x80, 0x9F},
                                         {0x061C, 0x061C},
                                         {0x200B, 0x200B},
                                         {0x200E, 0x200F},
                                         {0x2028, 0x202E},
                                         {0x2060, 0x2064},
                                         {0x2066, 0x206F},
                                         {0xFEFF, 0xFEFF},
                                         {0xFFF9, 0xFFFB},
                                         {0xE0000, 0xE007F}}};

constexpr bool is_ascii_control(char32_t c) { return c < 0x20 || c == 0x7F; }

/// Makes the C library's table of widths known to this thread for as long as it lives: without a UTF-8 locale wcwidth
/// knows ASCII only, and the program's own locale is the user's.
class WidthTable {
 public:
  WidthTable() : previous_(locale() != nullptr ? ::uselocale(locale()) : nullptr) {}
  ~WidthTable() {
    if (previous_ != nullptr) ::uselocale(previous_);
  }
  WidthTable(const WidthTable&) = delete;
  WidthTable& operator=(const WidthTable&) = delete;

  /// Unknown characters take one column: terminals draw a box for them.
  std::size_t width(const Utf8Char& c) const {
    if (!c.valid || c.code_point < 0x80) return 1;
    const int columns = ::wcwidth(static_cast<wchar_t>(c.code_point));
    return columns < 0 ? 1 : static_cast<std::size_t>(columns);
  }

 private:
  static locale_t locale() {
    static const locale_t kLocale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kLocale;
  }
  locale_t previous_;
};

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; });
}

/// One element of a glob at the front of `pattern`: how long it is and whether it takes `c`.
struct GlobStep {
  std::size_t length;
  bool matches;
};

GlobStep match_set(std::string_view pattern, char32_t c) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
    const Utf8Char low = decode_utf8(pattern.substr(at));
    at += low.length;
    Utf8Char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = decode_utf8(pattern.substr(at + 1));
      at += 1 + high.length;
    }
    found = found || (low.valid && high.valid && c >= low.code_point && c <= high.code_point);
  }
  if (at >= pattern.size()) return {1, c == U'['};  // no closing bracket
  return {at + 1, found != negated};
}

GlobStep match_one(std::string_view pattern, const Utf8Char& c, std::string_view text) {
  if (pattern.front() == '[') return match_set(pattern, c.valid ? c.code_point : 0xFFFFFFFF);
  const Utf8Char wanted = decode_utf8(pattern);
  if (pattern.front() == '?') return {1, true};
  return {wanted.length, pattern.substr(0, wanted.length) == text.substr(0, c.length)};
}

}  // namespace

bool is_unsafe_to_print(char32_t c) {
  if (c < 0x80) return is_ascii_control(c);
  return std::any_of(kUnsafe.begin(), kUnsafe.end(), [c](const Range& r) { return c >= r.first && c <= r.last; });
}

std::string escape_control(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char c = decode_utf8(text);
    if (!c.valid || is_ascii_control(c.code_point))
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    else if (is_unsafe_to_print(c.code_point))
      safe += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c.code_point));
    else
      safe += text.substr(0, c.length);
    text.remove_prefix(c.length);
  }
  return safe;
}

std::size_t display_width(std::string_view text) {
  if (is_ascii(text)) return text.size();
  const WidthTable table;
  std::size_t width = 0;
  while (!text.empty()) {
    const Utf8Char c = decode_utf8(text);
    width += table.width(c);
    text.remove_prefix(c.length);
  }
  return width;
}

std::string truncate_to_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  const WidthTable table;
  std::size_t used = 0;
  std::size_t kept = 0;
  while (kept < text.size()) {
    const Utf8Char c = decode_utf8(text.substr(kept));
    used += table.width(c);
    if (used > width - 1) break;
    kept += c.length;
  }
  return std::string(text.substr(0, kept)) + "…";
}

bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  // Where to go on when the rest does not match: after the last star, one character later each time. Earlier stars
  // need not be tried again, which keeps this from becoming exponential.
  std::optional<std::size_t> star;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      retry = t;
      continue;
    }
    const Utf8Char c = decode_utf8(text.substr(t));
    if (p < pattern.size()) {
      const GlobStep step = match_one(pattern.substr(p), c, text.substr(t));
      if (step.matches) {
        p += step.length;
        t += c.length;
        continue;
      }
    }
    if (!star) return false;
    p = *star;
    retry += decode_utf8(text.substr(retry)).length;
    t = retry;
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;  // the row before the last: for swapped neighbours
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    std::swap(last, row);
  }
  return last[b.size()];
}

std::optional<std::string_view> closest(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string wanted = lower_ascii(word);
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, lower_ascii(candidate));
    const std::size_t longer = std::max(word.size(), candidate.size());
    const bool near = distance < longer && distance <= std::max<std::size_t>(1, longer / 3);
    if (!near || (best && distance >= best_distance)) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace tcm::util
