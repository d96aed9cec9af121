// SPDX-License-Identifier: Apache-2.0
#include "cli/output/json_writer.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "core/util/text/json_text.hpp"

namespace tcm::cli {
namespace {

// What is printed may reach a terminal.
constexpr auto kEscapes = util::JsonEscapes::unprintable;

bool is_json_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Valid JSON without the blanks between its parts; strings stay equal, though perhaps spelled with escapes.
std::string tidy(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  for (std::size_t at = 0; at < json.size();) {
    const char front = json[at];
    std::size_t length = 1;
    if (in_string && front == '\\') {
      length = 2;
      out += json.substr(at, length);
    } else if (front == '"') {
      in_string = !in_string;
      out += front;
    } else if (in_string) {
      length = std::min(json.find_first_of("\"\\", at), json.size()) - at;
      util::append_json_text(out, json.substr(at, length), kEscapes);
    } else if (!is_json_blank(front)) {
      out += front;
    }
    at += length;
  }
  return out;
}

/// Tidy JSON with a line for each member of an object and a blank behind each colon. An array of plain values stays on
/// one line: there are long ones of small numbers.
std::string indented(std::string_view tidy_json, std::size_t level) {
  std::string out;
  const auto line_break = [&] { out += '\n' + std::string(2 * level, ' '); };
  std::vector<bool> broken;  // of each open bracket: whether its parts have lines of their own
  bool in_string = false;
  for (std::size_t i = 0; i < tidy_json.size(); ++i) {
    const char c = tidy_json[i];
    if (in_string) {
      out += c;
      if (c == '\\') out += tidy_json[++i];
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == '{' || c == '[') {
      const bool empty = tidy_json[i + 1] == '}' || tidy_json[i + 1] == ']';
      const std::size_t inner = tidy_json.find_first_of("{[]", i + 1);
      broken.push_back(!empty && (c == '{' || tidy_json[inner] != ']'));
      out += c;
      if (broken.back()) ++level, line_break();
    } else if (c == '}' || c == ']') {
      if (broken.back()) --level, line_break();
      broken.pop_back();
      out += c;
    } else if (c == ',') {
      out += c;
      if (broken.back())
        line_break();
      else
        out += ' ';
    } else {
      out += c;
      if (c == ':') out += ' ';
    }
  }
  return out;
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  util::append_json_string(out, text, kEscapes);
  return out;
}

void JsonWriter::line_break() {
  if (style_ == Style::pretty) sink_.write("\n" + std::string(2 * levels_.size(), ' '));
}

void JsonWriter::begin_value() {
  if (after_key_ || levels_.empty()) {
    after_key_ = false;
    return;
  }
  Level& level = levels_.back();
  assert(!level.object && "a value in an object needs a key");
  if (!level.empty) sink_.write(",");
  level.empty = false;
  line_break();
}

void JsonWriter::end_value() {
  if (levels_.empty()) sink_.write("\n");
}

JsonWriter& JsonWriter::scalar(std::string_view text) {
  begin_value();
  sink_.write(text);
  end_value();
  return *this;
}

JsonWriter& JsonWriter::open(bool object) {
  begin_value();
  sink_.write(object ? "{" : "[");
  levels_.push_back({object, true});
  return *this;
}

JsonWriter& JsonWriter::close(bool object) {
  assert(!levels_.empty() && levels_.back().object == object && !after_key_ && "begin and end do not match");
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) line_break();
  sink_.write(object ? "}" : "]");
  end_value();
  return *this;
}

JsonWriter& JsonWriter::begin_object() { return open(true); }
JsonWriter& JsonWriter::end_object() { return close(true); }
JsonWriter& JsonWriter::begin_array() { return open(false); }
JsonWriter& JsonWriter::end_array() { return close(false); }

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(!levels_.empty() && levels_.back().object && !after_key_ && "a key belongs into an object");
  Level& level = levels_.back();
  if (!level.empty) sink_.write(",");
  level.empty = false;
  line_break();
  sink_.write(json_string(name));
  sink_.write(style_ == Style::pretty ? ": " : ":");
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) { return scalar(json_string(text)); }
JsonWriter& JsonWriter::value(bool boolean) { return scalar(boolean ? "true" : "false"); }
JsonWriter& JsonWriter::value(double number) {
  return std::isfinite(number) ? scalar(fmt::format("{}", number)) : null();
}
JsonWriter& JsonWriter::null() { return scalar("null"); }
JsonWriter& JsonWriter::signed_number(std::int64_t number) { return scalar(std::to_string(number)); }
JsonWriter& JsonWriter::unsigned_number(std::uint64_t number) { return scalar(std::to_string(number)); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  if (json.empty()) return null();
  return is_valid_json(json) ? scalar(tidy(json)) : value(json);
}

JsonWriter& JsonWriter::raw_indented(std::string_view json) {
  if (json.empty()) return null();
  if (style_ != Style::pretty || !is_valid_json(json)) return raw(json);
  return scalar(indented(tidy(json), levels_.size()));
}

}  // namespace tcm::cli
