// SPDX-License-Identifier: Apache-2.0
#include "cli/show/compare/unified.hpp"

#include <fmt/format.h>

#include "cli/output/sink.hpp"
#include "cli/show/compare/escaped_text.hpp"
#include "core/service/compare/hunks.hpp"

namespace tcm::cli {
namespace {

/// How each kind of line looks on a terminal; the colours are git's.
std::string_view color_of(char sign) {
  switch (sign) {
    case '-': return "\x1b[31m";
    case '+': return "\x1b[32m";
    case '@': return "\x1b[36m";
    case '=': return "\x1b[1m";
    default: return {};
  }
}

class UnifiedPrinter {
 public:
  UnifiedPrinter(Sink& out, bool escaped, bool color) : out_(out), escaped_(escaped), color_(color) {}

  void print(const service::TextDiff& text) {
    if (text.diff.changes.empty()) return;
    line('=', "--- " + text.path_a);
    line('=', "+++ " + text.path_b);
    for (const service::Hunk& hunk : hunks_of(text.diff)) {
      line('@', hunk.header());
      for_each_line(text.diff, hunk, [this](char sign, std::string_view content, bool ends) {
        line(sign, sign + std::string(content));
        if (!ends) out_.write("\\ No newline at end of file\n");
      });
    }
  }

 private:
  void line(char kind, const std::string& text) {
    const std::string_view color = color_ ? color_of(kind) : std::string_view();
    if (!color.empty()) out_.write(color);
    out_.write(escaped_ ? escaped_line(text) : text);
    out_.write(color.empty() ? "\n" : "\x1b[0m\n");
  }

  Sink& out_;
  bool escaped_;
  bool color_;
};

}  // namespace

void print_unified(Context& context, const service::TextDiff& text) {
  const Terminal& terminal = context.out_terminal();
  UnifiedPrinter(context.out(), terminal.is_tty, terminal.color).print(text);
}

std::string unified_text(const service::TextDiff& text) {
  std::string all;
  Sink sink(all);
  UnifiedPrinter(sink, false, false).print(text);
  return all;
}

}  // namespace tcm::cli
