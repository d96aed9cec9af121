// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/upkeep/upkeep.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/numbers.hpp"
#include "cli/show/prune_output.hpp"
#include "core/service/upkeep/units.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

std::string unmet(const service::BudgetState& budget) {
  const auto figure = [&](std::uint64_t value) {
    return budget.measure == service::Measure::files ? count_text(value) + " files" : util::format_bytes(value);
  };
  return fmt::format("{}: not met, {} {}; the rest is young, in use, or not to be touched", budget.limit,
                     figure(budget.afterwards), budget.measure == service::Measure::missing ? "missing" : "used");
}

void tell_hits(Context& context, const service::HitImportReport& hits) {
  for (const Error& failure : hits.failures) context.messages().warning(failure.message);
  if (hits.waiting > 0)
    context.messages().warning(counted(hits.waiting, "log of hits waits", "logs of hits wait") +
                               ": `tcm hits import` says for what");
}

}  // namespace

void tell(Context& context, const service::GcResult& result, std::int64_t began_ns) {
  for (const service::GcRoot& root : result.roots)
    if (const std::string line = service::sum_up(root, result.dry_run); !line.empty())
      context.out().write(fmt::format("{}: {}\n", util::escape_control(root.path), line));
  if (context.verbose()) {
    print_kept(context, result.plan.kept, result.plan);
    print_kept(context, result.report.kept, result.plan);
    for (const std::string& note : result.plan.notes) context.messages().warning(note);
  }
  context.out().flush();
  if (result.hits) tell_hits(context, *result.hits);
  for (const Error& failure : result.plan.failures) context.messages().error(failure);
  print_failures(context, result.report);
  for (const auto* errors : {&result.report.errors, &result.report.index_errors})
    for (const Error& error : *errors) context.messages().error(error);
  for (const service::BudgetState& budget : service::figures_of(result, began_ns, began_ns).budgets)
    if (!result.dry_run && !budget.met()) context.messages().error(unmet(budget));
  if (result.report.interrupted) context.messages().error("interrupted; what was done is done, the rest is as it was");
}

void tell_no_policy(Context& context) {
  context.messages().note("No limit is set, so only leftovers go; `tcm config set prune.max_size 50GiB` sets one.");
}

ExitCode exit_code_of(const service::GcResult& result) {
  if (result.report.interrupted) return ExitCode::interrupted;
  return result.partial() || !result.within_limits() ? ExitCode::partial : ExitCode::ok;
}

bool keep_metrics(Context& context, const std::string& file, const service::Figures& figures) {
  if (file.empty()) return true;
  const auto written = service::write_metrics(file, figures);
  if (!written) context.messages().error(written.error());
  return written.has_value();
}

ExitCode print_units(Context& context, const std::string& scope) {
  const auto of = scope == "system" ? service::UnitScope::system : service::UnitScope::user;
  std::error_code error;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  std::vector<std::string> writable = context.settings().cache_dirs.value;
  for (std::string& dir : writable) dir = std::filesystem::absolute(dir, error).lexically_normal().string();
  for (const service::Unit& unit : service::systemd_units(of, error ? "tcm" : program, writable))
    context.out().write(fmt::format("# {}\n{}\n", service::unit_place(of, unit.name), unit.text));
  return finish_output(context, ExitCode::ok);
}

}  // namespace tcm::cli
