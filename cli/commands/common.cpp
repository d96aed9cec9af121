// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.hpp"

namespace tcm::cli {

Format format_of(const OutputOptions& options) {
  if (options.ids) return Format::ids;
  if (options.json) return Format::json;
  return format_of(std::string_view(options.format)).value_or(Format::table);
}

ExitCode finish_output(Context& context, ExitCode code) {
  const auto written = context.out().finish();
  if (!written) return worse(code, context.report(written.error()));
  return code;
}

}  // namespace tcm::cli
