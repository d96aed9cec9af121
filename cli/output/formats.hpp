// SPDX-License-Identifier: Apache-2.0
// The forms a result can be printed in (-o/--output): one table for parsing, help, completion and documentation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tcm::cli {

enum class Format : std::uint8_t { table, wide, json, jsonl, csv, ids };

struct FormatText {
  Format value;
  std::string_view name;
  std::string_view text;
};

inline constexpr std::array<FormatText, 6> kFormats{{
    {Format::table, "table", "a table that fits the terminal"},
    {Format::wide, "wide", "a table with every column"},
    {Format::json, "json", "one JSON document"},
    {Format::jsonl, "jsonl", "one JSON object a line"},
    {Format::csv, "csv", "comma-separated values with a header"},
    {Format::ids, "ids", "keys only, one a line; paths of entries when the index has several roots"},
}};

constexpr std::string_view to_string(Format format) {
  for (const FormatText& known : kFormats)
    if (known.value == format) return known.name;
  return {};
}

/// Absent when `name` is none of the names above.
constexpr std::optional<Format> format_of(std::string_view name) {
  for (const FormatText& known : kFormats)
    if (known.name == name) return known.value;
  return std::nullopt;
}

/// Sizes in bytes and times as RFC 3339 UTC; no hints, no totals, only the data.
constexpr bool is_machine_format(Format format) { return format != Format::table && format != Format::wide; }

}  // namespace tcm::cli
