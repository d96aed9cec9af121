// SPDX-License-Identifier: Apache-2.0
#include "core/index/values/columns.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/util/text/text.hpp"

namespace tcm::index {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

bool has_no_member(const RecordColumn& column) { return std::holds_alternative<std::monostate>(column.member); }

/// Which of Row::others is the column's.
std::size_t place_in_others(RecordColumns columns, const RecordColumn& column) {
  std::size_t place = 0;
  for (const RecordColumn& other : columns) {
    if (&other == &column) break;
    if (!other.internal && has_no_member(other)) ++place;
  }
  return place;
}

ColumnValue text_value(std::string text) { return text.empty() ? ColumnValue() : ColumnValue(std::move(text)); }

template <class E, class Table>
bool put_word(const Table& table, const std::string& text, E& target) {
  const auto value = model::value_of<E>(table, text);
  if (value) target = *value;
  return value.has_value();
}
bool put_word(const std::string& text, model::EntryKind& target) { return put_word(model::kEntryKinds, text, target); }
bool put_word(const std::string& text, model::Layout& target) { return put_word(model::kLayouts, text, target); }
bool put_word(const std::string& text, model::SkipReason& target) {
  return put_word(model::kSkipReasons, text, target);
}

}  // namespace

const RecordColumn* find_column(RecordColumns columns, std::string_view word) {
  const std::string lower = util::lower_ascii(word);
  if (lower.empty()) return nullptr;
  for (const RecordColumn& column : columns)
    if (!column.internal && (column.name == lower || column.json == lower || column.alias == lower)) return &column;
  return nullptr;
}

Field column_field(std::string_view name) {
  for (const RecordColumn& column : record_columns())
    if (column.name == name) return {FieldPlace::column, {}, &column, std::string(name)};
  throw std::logic_error("there is no column " + std::string(name));
}

std::vector<std::string_view> column_words(RecordColumns columns) {
  std::vector<std::string_view> words;
  for (const RecordColumn& column : columns)
    if (!column.internal)
      for (const std::string_view word : {column.name, column.json, column.alias})
        if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  return words;
}

bool is_text(const RecordColumn& column) {
  return column.type == ColumnType::text || column.type == ColumnType::word || column.type == ColumnType::version;
}

bool is_stored(const RecordColumn& column) { return column.home == ColumnHome::record && !column.derived; }

bool is_read(const RecordColumn& column) {
  if (column.derived || std::holds_alternative<std::uint64_t (model::ByteTotals::*)() const>(column.member))
    return false;
  return !column.internal || !has_no_member(column);
}

ColumnValue value_of(RecordColumns columns, const RecordColumn& column, const Row& row) {
  const auto number = [](std::uint64_t value) { return ColumnValue(static_cast<std::int64_t>(value)); };
  const Overloaded read{
      [&](std::monostate) { return row.others.at(place_in_others(columns, column)); },
      [&](std::string Row::*member) { return text_value(row.*member); },
      [&](std::int64_t Row::*member) { return ColumnValue(row.*member); },
      [&](std::optional<std::int64_t> Row::*member) {
        return row.*member ? ColumnValue(*(row.*member)) : ColumnValue();
      },
      [&](std::uint64_t model::ByteTotals::*member) { return number(row.bytes.*member); },
      [&](std::uint64_t (model::ByteTotals::*member)() const) { return number((row.bytes.*member)()); },
      [&](std::uint64_t model::EntryStamp::*member) { return number(row.stamp.*member); },
      [&](std::int64_t model::EntryStamp::*member) { return ColumnValue(row.stamp.*member); },
      [&](bool model::EntryStamp::*member) { return number(row.stamp.*member ? 1 : 0); },
      [&](auto member) { return text_value(std::string(to_string(row.*member))); },  // words
  };
  return std::visit(read, column.member);
}

bool put_value(RecordColumns columns, const RecordColumn& column, ColumnValue value, Row& row) {
  auto* const text = std::get_if<std::string>(&value);
  const auto* const number = std::get_if<std::int64_t>(&value);
  const auto put_size = [&](std::uint64_t& target) {
    if (number != nullptr) target = static_cast<std::uint64_t>(std::max<std::int64_t>(*number, 0));
    return number != nullptr;
  };
  const auto put = [&](auto* from, auto& target) {
    if (from != nullptr) target = std::move(*from);
    return from != nullptr;
  };
  const Overloaded write{
      [&](std::monostate) {
        if (column.internal) return true;
        const std::size_t place = place_in_others(columns, column);
        if (row.others.size() <= place) row.others.resize(place + 1);
        row.others[place] = text != nullptr ? text_value(std::move(*text)) : std::move(value);
        return true;
      },
      [&](std::string Row::*member) { return put(text, row.*member); },
      [&](std::int64_t Row::*member) { return put(number, row.*member); },
      [&](std::optional<std::int64_t> Row::*member) {
        row.*member = number != nullptr ? std::optional(*number) : std::nullopt;
        return text == nullptr;
      },
      [&](std::uint64_t model::ByteTotals::*member) { return put_size(row.bytes.*member); },
      [&](std::uint64_t (model::ByteTotals::*)() const) { return true; },
      [&](std::uint64_t model::EntryStamp::*member) {
        if (number != nullptr) row.stamp.*member = static_cast<std::uint64_t>(*number);
        return number != nullptr;
      },
      [&](std::int64_t model::EntryStamp::*member) { return put(number, row.stamp.*member); },
      [&](bool model::EntryStamp::*member) {
        if (number != nullptr) row.stamp.*member = *number != 0;
        return number != nullptr;
      },
      [&](auto member) { return text != nullptr && put_word(*text, row.*member); },
  };
  return std::visit(write, column.member);
}

}  // namespace tcm::index
