// SPDX-License-Identifier: Apache-2.0
#include "cli/show/doctor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"
#include "core/util/text/wrap.hpp"

namespace tcm::cli {
namespace {

using cache::Severity;

void heading(Context& context, std::string_view text) { context.out().write(fmt::format("{}\n", text)); }

Column flexible(std::string id, std::size_t preferred = 32, int drop = 0) {
  Column column{id, id};
  column.flexible = true;
  column.preferred_width = preferred;
  column.drop_priority = drop;
  return column;
}

std::string size_of(const service::CacheState& cache) {
  if (cache.size_from == service::SizeSource::none) return "-";
  return (cache.size_from == service::SizeSource::part ? "> " : "") + util::format_bytes(cache.bytes);
}

std::string indexed(const service::CacheState& cache, std::int64_t now_ns) {
  if (!cache.indexed) return cache.exists ? "no" : "-";
  return util::format_age(now_ns, cache.indexed_ns) + (cache.stale ? " ago, changed" : " ago");
}

void print_caches(Context& context, const service::DoctorReport& report) {
  if (report.caches.empty()) return context.out().write("Caches: none was found\n");
  heading(context, "Caches");
  Column from = flexible("from", 20, 1);
  from.header = "known from";
  Table table(context.out(),
              {flexible("place"),
               {"tool", "tool", Align::left, 2},
               {"layout", "layout", Align::left, 3},
               {"size", "size", Align::right},
               {"indexed", "indexed"},
               std::move(from)},
              context.out_terminal());
  for (const service::CacheState& cache : report.caches) {
    std::string layout = cache.exists ? "none" : "not there";
    if (cache.layout) layout = to_string(*cache.layout);
    table.add_row({cache.path, cache.tool.empty() ? "-" : cache.tool, layout, size_of(cache),
                   indexed(cache, context.now_ns()), fmt::format("{}", fmt::join(cache.known_from, ", "))});
  }
  table.finish();
}

void print_others(Context& context, const service::DoctorReport& report) {
  if (report.others.empty()) return;
  heading(context, "\nOther kernel caches (tcm only looks at them)");
  Table table(context.out(),
              {flexible("place"),
               {"tool", "tool"},
               {"files", "files", Align::right, 1},
               {"size", "size", Align::right},
               {"on_disk", "on disk", Align::right}},
              context.out_terminal());
  for (const service::OtherCache& other : report.others) {
    const std::string more = other.use.complete ? "" : "> ";
    table.add_row({other.path, other.tool, more + count_text(other.use.files),
                   more + util::format_bytes(other.use.bytes), more + util::format_bytes(other.use.allocated)});
  }
  table.finish();
}

std::string options_of(const util::Mount& mount) {
  std::string text(to_string(mount.access_times));
  if (mount.read_only) text += ", read-only";
  if (mount.no_exec) text += ", noexec";
  return text;
}

void print_mounts(Context& context, const service::DoctorReport& report) {
  if (report.mounts.empty()) return;
  heading(context, "\nFile systems");
  Table table(context.out(),
              {flexible("mount"),
               {"type", "type"},
               {"free", "free", Align::right},
               {"of", "of", Align::right, 1},
               {"inodes", "free inodes", Align::right, 2},
               {"options", "options"}},
              context.out_terminal());
  for (const service::MountState& state : report.mounts) {
    std::vector<std::string> cells{state.mount.point, state.mount.type, "-", "-", "-", options_of(state.mount)};
    if (state.room) {
      cells[2] = util::format_bytes(state.room->free_bytes);
      cells[3] = util::format_bytes(state.room->total_bytes);
      if (state.room->total_files > 0) cells[4] = count_text(state.room->free_files);
    }
    table.add_row(std::move(cells));
  }
  table.finish();
}

void line(Context& context, std::string_view label, const std::string& text) {
  constexpr std::size_t kIndent = 10;
  const std::string safe = util::escape_control(text);
  context.out().write(
      fmt::format("{:<{}}{}\n", label, kIndent, util::wrap(safe, context.out_terminal().width, kIndent, kIndent)));
}

void print_lines(Context& context, const service::DoctorReport& report) {
  context.out().write("\n");
  std::string plugins;
  for (const service::PluginState& plugin : report.plugins)
    plugins += fmt::format("{}{} {}", plugins.empty() ? "" : ", ", plugin.id, plugin.version);
  line(context, "Backends", plugins.empty() ? "none" : plugins);
  if (const auto& database = report.database) {
    std::string text = database->where;
    if (!database->kind.empty()) text += fmt::format(", schema {}, {}", database->schema, size_text(database->bytes));
    if (database->hosts > 1) text += fmt::format(", {} hosts", database->hosts);
    if (database->checked) text += ", intact";
    line(context, "Index", text);
  }
  for (const service::SettingsFile& file : report.settings)
    if (file.exists)
      line(context, "Settings",
           fmt::format("{} ({}{})", file.path, file.layer, file.ignored.empty() ? "" : ", ignored"));
}

void print_jobs(Context& context, const service::DoctorReport& report) {
  constexpr std::size_t kShown = 20;
  if (!report.jobs.empty()) heading(context, "\nRunning processes with a kernel cache");
  Table table(
      context.out(),
      {{"pid", "pid", Align::right}, {"user", "user", Align::left, 1}, {"command", "command"}, flexible("cache")},
      context.out_terminal());
  for (std::size_t i = 0; i < report.jobs.size() && (i < kShown || context.verbose()); ++i) {
    const service::JobState& job = report.jobs[i];
    std::string cache = fmt::format("{}", fmt::join(job.variables.empty() ? job.mapped : job.variables, " "));
    if (!job.same_mounts) cache += " (in a container)";
    table.add_row({std::to_string(job.process), job.user, job.command, cache});
  }
  table.finish();
  if (report.jobs.size() > kShown && !context.verbose())
    context.out().write(fmt::format("… and {} more; -v shows all\n", count_text(report.jobs.size() - kShown)));
  if (report.hidden_processes > 0 && context.verbose())
    context.messages().note(
        fmt::format("{} of other users were not looked at.", counted(report.hidden_processes, "process", "processes")));
}

void print_findings(Context& context, const service::DoctorReport& report) {
  constexpr std::size_t kIndent = 9;
  const std::size_t width = context.out_terminal().width;
  const auto paragraph = [&](std::string_view first, const std::string& text) {
    const std::string safe = util::escape_control(text);
    context.out().write(fmt::format("{:<{}}{}\n", first, kIndent, util::wrap(safe, width, kIndent, kIndent)));
  };
  if (!report.findings.empty()) heading(context, "\nFindings");
  for (const service::DoctorFinding& finding : report.findings) {
    const service::DoctorFindingText& text = text_of(finding.id);
    std::string told = fmt::format("{}: {}", text.name, finding.subject);
    if (!finding.detail.empty()) told += fmt::format(" ({})", finding.detail);
    paragraph(to_string(text.severity), told);
    paragraph("", std::string(text.what));
    paragraph("", "To do: " + todo_of(finding));
  }
}

}  // namespace

void print_examination(Context& context, const service::DoctorReport& report) {
  print_caches(context, report);
  print_others(context, report);
  print_mounts(context, report);
  print_lines(context, report);
  print_jobs(context, report);
  print_findings(context, report);
  if (report.findings.empty()) return context.out().write("\nNothing is wrong.\n");
  context.out().write(fmt::format("\n{}, {}, {}.\n", counted(report.count(Severity::error), "error", "errors"),
                                  counted(report.count(Severity::warning), "warning", "warnings"),
                                  counted(report.count(Severity::hint), "hint", "hints")));
}

}  // namespace tcm::cli
