// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.hpp"
#include "core/service/query/unmatched.hpp"

namespace tcm::cli {

Format format_of(const OutputOptions& options) {
  if (options.ids) return Format::ids;
  if (options.json) return Format::json;
  return format_of(std::string_view(options.format)).value_or(Format::table);
}

void explain_nothing(Context& context, const service::FilterWords& filters, index::Index& index) {
  context.messages().note("Nothing matches.");
  // The answer stands without it, so a failure here is not one of the command.
  if (const auto lines = service::unmatched_words(filters, index, context.backends()))
    for (const std::string& line : *lines) context.messages().hint(line);
}

ExitCode finish_output(Context& context, ExitCode code) {
  const auto written = context.out().finish();
  if (!written && !context.out().reader_left()) return worse(code, context.report(written.error()));
  return code;
}

}  // namespace tcm::cli
