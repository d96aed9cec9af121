// SPDX-License-Identifier: Apache-2.0
// JSON, written as it comes: no document is built in memory. The output is valid JSON in ASCII-safe UTF-8 whatever
// bytes go in, and safe to print on a terminal.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/sink.hpp"

namespace tcm::cli {

/// Calls must nest as JSON does: in an object key() before every value, and every begin has its end; anything else is a
/// mistake in the program and is caught by assertions. Each value at the top level ends its line, so several of them
/// in the compact style are JSON Lines.
class JsonWriter {
 public:
  enum class Style { compact, pretty };

  /// The sink must outlive the writer; write failures are the sink's.
  explicit JsonWriter(Sink& sink, Style style = Style::compact) : sink_(sink), style_(style) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  /// A string of any bytes; each byte that is not UTF-8 becomes U+FFFD.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool boolean);
  /// The shortest text that reads back as the same number; null when it is not finite.
  JsonWriter& value(double number);
  template <std::integral T>
  JsonWriter& value(T number) {
    if constexpr (std::is_signed_v<T>)
      return signed_number(number);
    else
      return unsigned_number(number);
  }
  /// Null when absent.
  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  JsonWriter& null();

  /// Text that should be JSON already, such as stored metadata. It is checked: what is JSON is written with its numbers
  /// and order of keys as they stand, blanks left out; empty text is null; what is no JSON becomes a string.
  JsonWriter& raw(std::string_view json);

  /// The same, but with line breaks and indentation of its own where the style is pretty: for people.
  JsonWriter& raw_indented(std::string_view json);

  /// key() and value().
  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    key(name);
    return value(content);
  }

 private:
  struct Level {
    bool object = false;
    bool empty = true;
  };

  void begin_value();
  void end_value();
  JsonWriter& open(bool object);
  JsonWriter& close(bool object);
  JsonWriter& scalar(std::string_view text);
  JsonWriter& signed_number(std::int64_t number);
  JsonWriter& unsigned_number(std::uint64_t number);
  void line_break();

  Sink& sink_;
  Style style_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

/// `text` as a JSON string, quotes included.
std::string json_string(std::string_view text);

/// Whether `text` is exactly one JSON value (RFC 8259, UTF-8, at most 512 levels deep).
bool is_valid_json(std::string_view text);

}  // namespace tcm::cli
