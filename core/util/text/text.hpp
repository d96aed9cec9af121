// SPDX-License-Identifier: Apache-2.0
// Text from anywhere, made safe and made to fit. Strings are bytes that are usually UTF-8; no function here fails on
// bytes that are not. All functions are pure and safe to call from any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcm::util {

/// Whether a terminal would act on this character instead of showing it; see escape_control.
bool is_unsafe_to_print(char32_t c);

/// Makes `text` safe to print on one line of a terminal: control characters, DEL and bytes that are no UTF-8 become
/// \xNN; C1 controls, line separators and characters that turn or hide text (bidirectional controls, tags, byte order
/// mark, zero-width space) become \u{NNNN}. Everything else, backslashes too, is left alone.
std::string escape_control(std::string_view text);

/// Terminal columns: 2 for wide (East Asian) characters, 0 for combining ones, 1 for each byte that is no UTF-8. Meant
/// for text that went through escape_control. The widths are the C library's (its C.UTF-8 locale), whatever locale the
/// program runs in.
std::size_t display_width(std::string_view text);

/// `text` when it fits `width` columns, else as much as fits with '…' as its last column. Nothing fits 0 columns.
std::string truncate_to_width(std::string_view text, std::size_t width);

/// Shell pattern over the whole text: `*` any run, `?` any one character, `[a-z]` one of a set, `[!a-z]` or `[^a-z]`
/// one outside it; a `[` without its `]` stands for itself, as does every other character. Case counts. Time is bounded
/// by the product of both lengths.
bool glob_match(std::string_view pattern, std::string_view text);

/// How many typing errors (a byte added, left out or changed, two neighbours swapped) lie between two words.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that `word` was probably meant to be: the nearest by edit_distance without regard to case, if it is
/// near (a third of the longer word's length, at least one error). The first of several; the view is the candidate's.
std::optional<std::string_view> closest(std::string_view word, std::span<const std::string_view> candidates);

/// The parts between separators, empty ones included: "" is one empty part. The views are of `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Without blanks, tabs and line ends at both ends. The view is of `text`.
std::string_view trim(std::string_view text);

/// A to Z become a to z; every other byte stays.
std::string lower_ascii(std::string_view text);

/// 0 to 9, whatever the locale.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A hexadecimal digit as digests are printed: 0 to 9, a to f.
constexpr bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

/// What a hexadecimal digit of either case stands for, -1 for any other character.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (is_lower_hex(c)) return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace tcm::util
