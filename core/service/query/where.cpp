// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/where.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/backend/terms/standard_attributes.hpp"
#include "core/service/query/comparison.hpp"
#include "core/service/query/where_value.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

using index::Comparison;
using index::Condition;
using index::Field;
using index::FieldPlace;

// Far deeper than anybody writes, far less than the stack.
constexpr int kMaxDepth = 64;

bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word_char(char c) { return is_word_start(c) || util::is_digit(c) || c == '.' || c == '-' || c == '+'; }

bool is_value_char(char c) { return is_word_char(c) || c == ':' || c == '/'; }

class Parser {
 public:
  Parser(const std::string& text, std::int64_t now_ns, index::RecordColumns columns)
      : text_(text), now_ns_(now_ns), columns_(columns) {}

  Result<Condition> parse();

 private:
  using Rule = Result<Condition> (Parser::*)(int depth);

  Result<Condition> parse_list(Condition::Kind kind, std::string_view keyword, Rule next, int depth);
  Result<Condition> parse_any(int depth) { return parse_list(Condition::Kind::any, "or", &Parser::parse_all, depth); }
  Result<Condition> parse_all(int depth) { return parse_list(Condition::Kind::all, "and", &Parser::parse_one, depth); }
  Result<Condition> parse_one(int depth);
  Result<Condition> parse_negation(int depth);
  Result<Condition> parse_comparison();
  Result<Comparison> parse_sign();
  Result<index::Operand> parse_value();
  Result<index::Operand> parse_quoted(char quote);
  Result<Condition> fit_value(Condition condition) const;

  void take_ago(const Field& field);
  void skip_blanks();
  bool take(char c);
  std::string_view peek_word();
  bool take_keyword(std::string_view keyword);
  Error wrong(std::string_view expected) const;

  const std::string& text_;
  std::size_t at_ = 0;
  std::string written_;  ///< the last value, as it was typed: "3.10" is a version, and 3.1 another
  bool ago_ = false;     ///< the last value had "ago" after it
  std::int64_t now_ns_;
  index::RecordColumns columns_;
};

Result<Condition> Parser::parse() {
  TCM_ASSIGN(Condition condition, parse_any(0));
  skip_blanks();
  if (at_ != text_.size()) return fail(wrong("expected and, or, or the end"));
  return condition;
}

Error Parser::wrong(std::string_view expected) const {
  return {ErrorCode::usage,
          fmt::format("--where: {} at character {} of '{}'", expected, at_ + 1, util::escape_control(text_))};
}

void Parser::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
}

bool Parser::take(char c) {
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

std::string_view Parser::peek_word() {
  skip_blanks();
  std::size_t end = at_;
  if (end < text_.size() && is_word_start(text_[end]))
    while (end < text_.size() && is_word_char(text_[end])) ++end;
  return std::string_view(text_).substr(at_, end - at_);
}

bool Parser::take_keyword(std::string_view keyword) {
  const std::string_view word = peek_word();
  if (util::lower_ascii(word) != keyword) return false;
  at_ += word.size();
  return true;
}

Result<Condition> Parser::parse_list(Condition::Kind kind, std::string_view keyword, Rule next, int depth) {
  TCM_ASSIGN(Condition first, (this->*next)(depth));
  if (!take_keyword(keyword)) return first;
  Condition list;
  list.kind = kind;
  list.parts.push_back(std::move(first));
  do {
    TCM_ASSIGN(Condition part, (this->*next)(depth));
    list.parts.push_back(std::move(part));
  } while (take_keyword(keyword));
  return list;
}

Result<Condition> Parser::parse_negation(int depth) {
  TCM_ASSIGN(Condition inner, parse_one(depth));
  Condition negation;
  negation.kind = Condition::Kind::negation;
  negation.parts.push_back(std::move(inner));
  return negation;
}

Result<Condition> Parser::parse_one(int depth) {
  if (depth > kMaxDepth) return fail(wrong("nested too deeply"));
  if (take_keyword("not")) return parse_negation(depth + 1);
  if (!take('(')) return parse_comparison();
  TCM_ASSIGN(Condition inner, parse_any(depth + 1));
  if (!take(')')) return fail(wrong("expected )"));
  return inner;
}

Result<Condition> Parser::parse_comparison() {
  Condition condition;
  condition.kind = Condition::Kind::comparison;
  const std::string word(peek_word());
  if (word.empty()) return fail(wrong("expected the name of a field"));
  TCM_ASSIGN(condition.field, parse_field(word, columns_));
  at_ += word.size();
  TCM_ASSIGN(condition.comparison, parse_sign());
  TCM_ASSIGN(condition.value, parse_value());
  take_ago(condition.field);
  return fit_value(std::move(condition));
}

Result<Comparison> Parser::parse_sign() {
  skip_blanks();
  std::string_view rest = std::string_view(text_).substr(at_);
  const auto comparison = take_comparison(rest);
  if (!comparison) return fail(wrong("expected = != < <= > or >="));
  at_ = text_.size() - rest.size();
  return *comparison;
}

Result<index::Operand> Parser::parse_value() {
  skip_blanks();
  if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) return parse_quoted(text_[at_]);
  std::size_t end = at_;
  while (end < text_.size() && is_value_char(text_[end])) ++end;
  if (end == at_) return fail(wrong("expected a value"));
  written_ = text_.substr(at_, end - at_);
  at_ = end;
  return read_value(written_);
}

Result<index::Operand> Parser::parse_quoted(char quote) {
  const std::size_t end = text_.find(quote, at_ + 1);
  if (end == std::string::npos) return fail(wrong("the quote is never closed"));
  std::string value = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  written_ = value;
  return index::Operand(std::move(value));
}

/// "7d ago", in quotes or without.
void Parser::take_ago(const Field& field) {
  if (field.column == nullptr || field.column->type != index::ColumnType::time) return;
  ago_ = written_.ends_with(" ago");
  if (ago_)
    written_.resize(written_.size() - 4);
  else
    ago_ = take_keyword("ago");
}

Comparison mirrored(Comparison comparison) {
  switch (comparison) {
    case Comparison::less: return Comparison::greater;
    case Comparison::less_equal: return Comparison::greater_equal;
    case Comparison::greater: return Comparison::less;
    case Comparison::greater_equal: return Comparison::less_equal;
    default: return comparison;
  }
}

/// A column takes values of its own type.
Result<Condition> Parser::fit_value(Condition condition) const {
  if (condition.field.column == nullptr) return condition;
  const index::RecordColumn& column = *condition.field.column;
  // What is older was modified earlier.
  if (column.type == index::ColumnType::age) condition.comparison = mirrored(condition.comparison);
  auto value = value_for(column, {written_, ago_, std::move(condition.value)}, now_ns_);
  if (!value) return fail(wrong(value.error().message));
  condition.value = std::move(*value);
  return condition;
}

}  // namespace

Result<Field> parse_field(const std::string& word, index::RecordColumns columns) {
  const bool good = !word.empty() && word.size() <= 255 && is_word_start(word.front()) &&
                    std::all_of(word.begin(), word.end(), [](char c) { return is_word_char(c) && c != '+'; });
  if (!good)
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not the name of a field: letters, digits, '_', '-' and '.' make one",
                            util::escape_control(word)));
  constexpr std::string_view kResource = "resource.";
  constexpr std::string_view kMetadata = "metadata.";
  if (word.starts_with(kResource)) return Field{FieldPlace::resource, {word.substr(kResource.size())}, nullptr, word};
  if (const index::RecordColumn* column = index::find_column(columns, word))
    return Field{FieldPlace::column, {}, column, word};
  const bool metadata = word.starts_with(kMetadata);
  if (!metadata && (backend::is_standard_attribute(word) || word.starts_with("x.")))
    return Field{FieldPlace::resource, {word}, nullptr, word};
  Field field{FieldPlace::metadata, {}, nullptr, word};
  for (const std::string_view part : util::split(std::string_view(word).substr(metadata ? kMetadata.size() : 0), '.')) {
    if (part.empty())
      return fail(ErrorCode::usage, fmt::format("'{}' is not the name of a field: a part of it is empty", word));
    field.path.emplace_back(part);
  }
  return field;
}

std::string suggestion(std::string_view word, index::RecordColumns columns) {
  std::vector<std::string_view> candidates = index::column_words(columns);
  for (const auto& attribute : backend::standard_attributes()) candidates.push_back(attribute.key);
  std::erase(candidates, word);
  const auto meant = util::closest(word, candidates);
  return meant ? fmt::format(" (did you mean {}?)", *meant) : std::string();
}

Result<Condition> parse_where(const std::string& text, std::int64_t now_ns, index::RecordColumns columns) {
  return Parser(text, now_ns, columns).parse();
}

std::vector<Field> fields_of(const Condition& condition) {
  if (condition.kind == Condition::Kind::comparison) return {condition.field};
  std::vector<Field> fields;
  for (const Condition& part : condition.parts)
    for (Field& field : fields_of(part)) fields.push_back(std::move(field));
  return fields;
}

}  // namespace tcm::service
