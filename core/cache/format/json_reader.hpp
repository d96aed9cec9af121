// SPDX-License-Identifier: Apache-2.0
// JSON as a stream of events. No tree is built, so a hostile file costs no more memory than its text. The one place
// of this room that includes the parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcm::cache {

/// Json files beyond this are not read: the largest real metadata is a few kilobytes.
inline constexpr std::size_t kMaxJsonBytes = std::size_t{1} << 20;

/// Containers nested deeper are refused; real metadata nests three deep.
inline constexpr std::size_t kMaxJsonDepth = 64;

/// Views are valid during the call. Implementations must not throw.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void begin(char bracket) = 0;  ///< '{' or '['
  virtual void end(char bracket) = 0;    ///< '}' or ']'
  virtual void key(std::string_view text) = 0;
  virtual void string(std::string_view text) = 0;
  virtual void integer(std::int64_t value) = 0;
  virtual void number(std::string_view text) = 0;   ///< any other number, as written
  virtual void literal(std::string_view text) = 0;  ///< true, false, null
};

/// The text with `number` in place of NaN, Infinity and -Infinity, which Python writes and reads and JSON has not;
/// nothing when it holds none of them.
std::optional<std::string> without_number_words(std::string_view text, std::string_view number);

/// Feeds one JSON document (RFC 8259, UTF-8) to `events`. The numbers that JSON has not come as some other one, as
/// Triton reads and never uses them. Returns what is wrong with it, for one line ("syntax error at byte 17"), or
/// nothing. After an error the events were incomplete.
std::optional<std::string> read_json(std::string_view text, JsonEvents& events);

}  // namespace tcm::cache
