// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/where_value.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/index/values/version_rank.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

template <class... Arguments>
auto refused(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  return fail(ErrorCode::usage, fmt::format(text, std::forward<Arguments>(arguments)...));
}

Result<index::Operand> word_value(const index::RecordColumn& column, const std::string& text) {
  const auto words = column.words();
  if (text.empty() || std::find(words.begin(), words.end(), text) != words.end()) return index::Operand(text);
  return refused("{} is one of {}, not '{}',", column.name, fmt::join(words, ", "), util::escape_control(text));
}

Result<index::Operand> version_value(const std::string& text) {
  if (const auto rank = index::version_rank(text)) return index::Operand(*rank);
  return refused("'{}' is not a version; expected one such as 3.6.0,", util::escape_control(text));
}

/// A duration alone would read both ways: "later than 7 days ago" and "longer than 7 days ago".
Result<index::Operand> time_value(const index::RecordColumn& column, const WrittenValue& written, std::int64_t now_ns) {
  const bool duration = util::parse_duration(written.text).has_value();
  const auto time = util::parse_time_bound(written.text, now_ns);
  if (time && duration == written.ago) return index::Operand(*time);
  return refused("{} is a time, not '{}'; expected a date such as 2026-10-02, or '7d ago',", column.name,
                 util::escape_control(written.text));
}

Result<index::Operand> age_value(const index::RecordColumn& column, const std::string& text, std::int64_t now_ns) {
  if (!util::parse_duration(text))
    return refused("{} is a duration, not '{}'; expected one such as 12h or 7d,", column.name,
                   util::escape_control(text));
  TCM_ASSIGN(const std::int64_t time, util::parse_time_bound(text, now_ns));
  return index::Operand(time);
}

}  // namespace

index::Operand read_value(const std::string& word) {
  const std::string lower = util::lower_ascii(word);
  if (lower == "true") return true;
  if (lower == "false") return false;
  const char* const end = word.data() + word.size();
  std::int64_t number = 0;
  if (const auto [rest, error] = std::from_chars(word.data(), end, number); error == std::errc{} && rest == end)
    return number;
  double real = 0;
  if (const auto [rest, error] = std::from_chars(word.data(), end, real); error == std::errc{} && rest == end)
    return real;
  if (util::is_digit(word.front()))
    if (const auto bytes = util::parse_bytes(word); bytes && *bytes <= static_cast<std::uint64_t>(INT64_MAX))
      return static_cast<std::int64_t>(*bytes);
  return word;
}

Result<index::Operand> value_for(const index::RecordColumn& column, WrittenValue written, std::int64_t now_ns) {
  switch (column.type) {
    case index::ColumnType::text: return index::Operand(std::move(written.text));
    case index::ColumnType::word: return word_value(column, written.text);
    case index::ColumnType::version: return version_value(written.text);
    case index::ColumnType::time: return time_value(column, written, now_ns);
    case index::ColumnType::age: return age_value(column, written.text, now_ns);
    case index::ColumnType::number:
    case index::ColumnType::bytes: break;
  }
  if (!std::holds_alternative<std::string>(written.read)) return std::move(written.read);
  return refused("{} is a number, not '{}',", column.name, util::escape_control(written.text));
}

}  // namespace tcm::service
