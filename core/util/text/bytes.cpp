// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/bytes.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "core/util/text/text.hpp"

namespace tcm::util {
namespace {

using Wide = unsigned __int128;

constexpr std::string_view kPrefixes = "kmgtpe";

/// How many bytes a unit stands for: "" and "b" are 1; absent when it is no unit.
std::optional<std::uint64_t> unit_bytes(std::string_view unit) {
  if (unit.empty() || unit == "b") return 1;
  const std::size_t power = kPrefixes.find(unit.front());
  if (power == std::string_view::npos) return std::nullopt;
  const std::string_view rest = unit.substr(1);
  if (!rest.empty() && rest != "b" && rest != "i" && rest != "ib") return std::nullopt;
  const std::uint64_t base = rest == "b" ? 1000 : 1024;
  std::uint64_t bytes = base;
  for (std::size_t i = 0; i < power; ++i) bytes *= base;
  return bytes;
}

struct Decimal {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;  ///< of `scale`
  std::uint64_t scale = 1;
};

/// Takes digits, and perhaps a point and more digits, from the front of `text`. Digits after the twelfth of a fraction
/// are read over: they are under one byte for every unit up to T.
std::optional<Decimal> take_decimal(std::string_view& text) {
  constexpr std::uint64_t kMaxScale = 1'000'000'000'000;
  Decimal value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value.whole);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty() || text.front() != '.') return value;
  text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  while (!text.empty() && is_digit(text.front())) {
    if (value.scale < kMaxScale) {
      value.fraction = value.fraction * 10 + static_cast<std::uint64_t>(text.front() - '0');
      value.scale *= 10;
    }
    text.remove_prefix(1);
  }
  return value;
}

tl::unexpected<Error> bad_size(std::string_view text, std::string_view why) {
  return fail(
      ErrorCode::usage,
      fmt::format("'{}' is {}; write a number of bytes or a number with a unit, such as 512, 64K, 1.5GiB or 2GB",
                  escape_control(text), why));
}

}  // namespace

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  static constexpr std::array<const char*, 6> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  // Integer arithmetic in tenths of the unit: no rounding surprises, and exact up to 2^64 - 1.
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const Wide unit = Wide{1} << (10 * (i + 1));
    const auto tenths = static_cast<std::uint64_t>((Wide{bytes} * 10 + unit / 2) / unit);
    if (tenths < 10240 || i + 1 == kUnits.size()) return fmt::format("{}.{} {}", tenths / 10, tenths % 10, kUnits[i]);
  }
  return {};
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  std::string_view rest = trim(text);
  const std::optional<Decimal> number = take_decimal(rest);
  if (!number) return bad_size(text, "not a size");
  const std::optional<std::uint64_t> unit = unit_bytes(lower_ascii(trim(rest)));
  if (!unit) return bad_size(text, "not a size");
  if (*unit == 1 && number->scale > 1) return bad_size(text, "a fraction of a byte");
  const Wide bytes = Wide{number->whole} * *unit + Wide{number->fraction} * *unit / number->scale;
  if (bytes > std::numeric_limits<std::uint64_t>::max()) return bad_size(text, "too large a size");
  return static_cast<std::uint64_t>(bytes);
}

std::string format_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t from_end = 3; from_end < text.size(); from_end += 4) text.insert(text.size() - from_end, 1, ',');
  return text;
}

}  // namespace tcm::util
