// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/transfer/transfers.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/transfer.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

ExitCode code_of(const service::IntakeReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  // Where the only thing that was asked did not work, nothing is partly done.
  const bool nothing = report.added.entries == 0 && report.there == 0;
  if (report.failed() && nothing) return ExitCode::failed;
  return report.partial() ? ExitCode::partial : ExitCode::ok;
}

}  // namespace

Result<std::string> one_cache_dir(const Context& context, const std::vector<std::string>& given) {
  const std::vector<std::string>& dirs = given.empty() ? context.settings().cache_dirs.value : given;
  if (dirs.size() == 1) return dirs.front();
  return fail(ErrorCode::usage, fmt::format("{} cache directories; choose one of them with --cache-dir", dirs.size()));
}

std::optional<model::Layout> layout_of(const Context& context) {
  return model::value_of<model::Layout>(model::kLayouts, context.settings().layout.value);
}

Result<std::optional<index::Index>> index_for(const Context& context, const service::SelectionRequest& selection) {
  if (!service::needs_index(selection)) return std::optional<index::Index>();
  // Nothing is changed: an index that cannot follow is held in memory.
  TCM_ASSIGN(ChangeableIndex held, open_to_change(context, true));
  return std::optional(std::move(held.index));
}

ExitCode run_import(service::ImportRequest& request, index::Index* index, std::string_view added, Format format,
                    Context& context) {
  request.jobs = context.settings().jobs.value;
  service::TransferProgress progress;
  const auto run = [&] {
    const InterruptGuard interrupts(progress.stop, index);
    const ProgressWatch watch(context, request.dry_run ? "Checking" : "Importing", [&progress](Progress& line) {
      line.expect(progress.expected.load(std::memory_order_relaxed));
      line.set(progress.entries.load(std::memory_order_relaxed), progress.bytes.load(std::memory_order_relaxed));
    });
    return service::import_entries(request, index, context.backends(), progress);
  };
  const auto report = run();
  if (!report) return context.report(report.error());
  if (is_machine_format(format))
    write_import(context, *report, request.dry_run);
  else
    print_import(context, *report, added, request.dry_run);
  context.out().flush();
  for (const service::SourceReport& source : report->sources)
    if (source.failure) context.messages().error(*source.failure);
  if (report->interrupted) context.messages().note("Interrupted; what was imported is whole and stays.");
  if (!request.dry_run && report->added.entries > 0 && has_index(context)) catch_up(context, {report->cache_dir});
  return finish_output(context, code_of(*report));
}

}  // namespace tcm::cli
