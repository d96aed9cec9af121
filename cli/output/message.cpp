// SPDX-License-Identifier: Apache-2.0
#include "cli/output/message.hpp"

#include <fmt/format.h>

#include "cli/output/status_line.hpp"
#include "core/util/text/redact.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

struct Label {
  std::string_view text;
  std::string_view color;  ///< ECMA-48, "select graphic rendition"
};

Label label_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::error: return {"tcm: error: ", "\x1b[1;31m"};
    case MessageKind::warning: return {"tcm: warning: ", "\x1b[1;33m"};
    case MessageKind::hint: return {"tcm: hint: ", "\x1b[1;36m"};
    case MessageKind::note: return {};
  }
  return {};
}

}  // namespace

std::string format_message(MessageKind kind, std::string_view text, bool color) {
  const Label label = label_of(kind);
  const std::string safe = util::escape_control(util::redact_text(text));
  if (!color || label.text.empty()) return fmt::format("{}{}", label.text, safe);
  return fmt::format("{}{}\x1b[0m{}", label.color, label.text, safe);
}

void Messages::error(const Error& error) const {
  if (!error.message.empty()) print(MessageKind::error, error.message);
}

void Messages::print(MessageKind kind, std::string_view text) const {
  const bool optional = kind == MessageKind::hint || kind == MessageKind::note;
  const bool unheard = output_ != nullptr && output_->reader_left();
  if (optional && (quiet_ || unheard)) return;
  write_message_line(stream_, format_message(kind, text, color_));
}

void write_message_line(std::FILE* stream, std::string_view line) { print_above_status_line(stream, line); }

}  // namespace tcm::cli
