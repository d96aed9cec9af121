// SPDX-License-Identifier: Apache-2.0
#include "cli/output/sink.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <unistd.h>

#include "core/util/system/system_error.hpp"

namespace tcm::cli {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

}  // namespace

Sink::Sink(std::FILE* stream) : stream_(stream), to_terminal_(::isatty(::fileno(stream)) == 1) {}

Sink::Sink(std::string& text) : text_(&text) {}

Sink::~Sink() { flush(); }

void Sink::write(std::string_view text) {
  if (!ok()) return;
  if (text_ != nullptr) {
    *text_ += text;
    return;
  }
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) hand_over();
}

void Sink::hand_over() {
  if (buffer_.empty() || !ok()) return;
  errno = 0;
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), stream_) != buffer_.size())
    error_number_ = errno != 0 ? errno : EIO;
  buffer_.clear();
}

void Sink::flush() {
  if (stream_ == nullptr) return;
  hand_over();
  errno = 0;
  if (ok() && std::fflush(stream_) != 0) error_number_ = errno != 0 ? errno : EIO;
}

bool Sink::reader_left() const { return error_number_ == EPIPE; }

Result<void> Sink::finish() {
  flush();
  if (ok()) return {};
  if (reader_left()) return fail(ErrorCode::failed, "");
  return fail(
      util::error_code_of(error_number_),
      fmt::format("cannot write the output: {}; what was written is incomplete", util::error_text(error_number_)));
}

}  // namespace tcm::cli
