// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/json_reader.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "core/util/text/utf8.hpp"

namespace tcm::cache {
namespace {

namespace json = boost::json;

// Joins the parts of strings and passes everything on. The names are the parser's.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit Handler(JsonEvents& events) : events_(events) {}

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return events_.begin('{'), true; }
  bool on_object_end(std::size_t, json::error_code&) { return events_.end('}'), true; }
  bool on_array_begin(json::error_code&) { return events_.begin('['), true; }
  bool on_array_end(std::size_t, json::error_code&) { return events_.end(']'), true; }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return hold(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    events_.key(whole(part));
    held_.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return hold(part); }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    events_.string(whole(part));
    held_.clear();
    return true;
  }
  bool on_number_part(json::string_view part, json::error_code&) { return hold(part); }
  bool on_int64(std::int64_t value, json::string_view, json::error_code&) {
    events_.integer(value);
    held_.clear();
    return true;
  }
  bool on_uint64(std::uint64_t, json::string_view part, json::error_code&) { return number(part); }
  bool on_double(double, json::string_view part, json::error_code&) { return number(part); }
  bool on_bool(bool value, json::error_code&) { return events_.literal(value ? "true" : "false"), true; }
  bool on_null(json::error_code&) { return events_.literal("null"), true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool hold(json::string_view part) {
    held_.append(part.data(), part.size());
    return true;
  }
  std::string_view whole(json::string_view part) {
    if (held_.empty()) return {part.data(), part.size()};
    hold(part);
    return held_;
  }
  bool number(json::string_view part) {
    events_.number(whole(part));
    held_.clear();
    return true;
  }

  JsonEvents& events_;
  std::string held_;
};

constexpr std::string_view kNumberWords[] = {"NaN", "Infinity", "-Infinity"};

/// The length of the word that stands where a value may; 0: none does.
std::size_t number_word_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kBefore = " \t\r\n:[,";
  constexpr std::string_view kAfter = " \t\r\n,]}";
  if (at > 0 && kBefore.find(text[at - 1]) == std::string_view::npos) return 0;
  for (const std::string_view word : kNumberWords) {
    if (!text.substr(at).starts_with(word)) continue;
    const std::size_t end = at + word.size();
    if (end == text.size() || kAfter.find(text[end]) != std::string_view::npos) return word.size();
  }
  return 0;
}

}  // namespace

std::optional<std::string> without_number_words(std::string_view text, std::string_view number) {
  if (text.find("NaN") == std::string_view::npos && text.find("Infinity") == std::string_view::npos) return {};
  std::string made;
  std::size_t kept = 0;  // of `text`, what has been copied
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (in_string && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      in_string = !in_string;
    } else if (const std::size_t length = in_string ? 0 : number_word_at(text, at); length > 0) {
      (made += text.substr(kept, at - kept)) += number;
      kept = at + length;
      at = kept - 1;
    }
  }
  if (kept == 0) return std::nullopt;
  return made += text.substr(kept);
}

std::optional<std::string> read_json(std::string_view text, JsonEvents& events) {
  if (text.empty()) return "empty file";
  // No whole number: nothing is counted by it.
  if (const auto plain = without_number_words(text, "0.5")) return read_json(*plain, events);
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<Handler> parser(options, events);
  json::error_code error;
  const std::size_t done = parser.write_some(false, text.data(), text.size(), error);
  if (!error && done < text.size()) error = json::error::extra_data;
  if (!error) return std::nullopt;
  if (error == json::error::too_deep) return fmt::format("nested deeper than {} at byte {}", kMaxJsonDepth, done);
  // The parser calls it a syntax error; people look for something else then.
  if (const std::size_t valid = util::valid_utf8_length(text); valid < text.size())
    return fmt::format("not UTF-8 at byte {}", valid);
  return fmt::format("{} at byte {}", error.message(), done);
}

}  // namespace tcm::cache
