// SPDX-License-Identifier: Apache-2.0
// What the program says to its user besides the data: one line each on stderr, "tcm: error: …".
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "cli/output/sink.hpp"
#include "core/util/result.hpp"

namespace tcm::cli {

enum class MessageKind : std::uint8_t { error, warning, hint, note };

/// The line without its end. The text is escaped for the terminal here, so it may hold names from a cache, and
/// passwords in URLs are hidden (see util::redact_text). A note has
/// no label: it is the plain outcome of a command.
std::string format_message(MessageKind kind, std::string_view text, bool color);

/// Safe from any thread; a line never mixes with another one or with a progress line.
class Messages {
 public:
  /// `quiet` keeps hints and notes back, never errors and warnings. The stream is not owned.
  explicit Messages(bool color, bool quiet = false, std::FILE* stream = stderr)
      : color_(color), quiet_(quiet), stream_(stream) {}

  /// Hints and notes explain this output, and say nothing once its reader has left. Not owned.
  void explain(const Sink& output) { output_ = &output; }

  void error(std::string_view text) const { print(MessageKind::error, text); }
  /// Nothing for an error without a message: its cause is known already (see Sink::finish).
  void error(const Error& error) const;
  void warning(std::string_view text) const { print(MessageKind::warning, text); }
  void hint(std::string_view text) const { print(MessageKind::hint, text); }
  void note(std::string_view text) const { print(MessageKind::note, text); }

 private:
  void print(MessageKind kind, std::string_view text) const;

  bool color_;
  bool quiet_;
  std::FILE* stream_;
  const Sink* output_ = nullptr;
};

/// Writes one finished line, as it is, to a stream that may hold a progress line: for log output. Safe from any thread.
void write_message_line(std::FILE* stream, std::string_view line);

}  // namespace tcm::cli
