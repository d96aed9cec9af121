// SPDX-License-Identifier: Apache-2.0
// Where data goes: a stream or a string, behind a buffer of bounded size that remembers the first failure. A program
// that says "done" while the disk was full or the pipe closed has lied, so every command ends with finish().
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/util/result.hpp"

namespace tcm::cli {

/// Not for use by several threads at once.
class Sink {
 public:
  /// Neither is owned; both must outlive the sink.
  explicit Sink(std::FILE* stream);
  explicit Sink(std::string& text);
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  /// Flushes, but has nobody to tell about a failure: call finish() first.
  ~Sink();

  /// After a failure nothing more is written.
  void write(std::string_view text);

  /// Hands everything to the system now.
  void flush();

  /// Flushes and tells whether everything arrived. ErrorCode::failed with the system's reason; with an empty message
  /// when the reader closed the pipe, which is news to nobody.
  Result<void> finish();

  /// False after a failure: producers may stop early.
  bool ok() const { return error_number_ == 0; }

  /// Whether writing ended because the reader closed the pipe, as head does: it has all that it wanted.
  bool reader_left() const;

  /// Whether bytes written here reach a terminal: then text from outside must be escaped.
  bool to_terminal() const { return to_terminal_; }

 private:
  void hand_over();

  std::FILE* stream_ = nullptr;
  std::string* text_ = nullptr;
  std::string buffer_;
  int error_number_ = 0;
  bool to_terminal_ = false;
};

}  // namespace tcm::cli
