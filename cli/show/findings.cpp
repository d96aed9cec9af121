// SPDX-License-Identifier: Apache-2.0
#include "cli/show/findings.hpp"

#include <map>

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "cli/run/shell.hpp"
#include "core/service/verify/words.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

using cache::Repair;
using cache::Severity;

// A cache that was moved has as many findings as kernels, which say the same.
constexpr std::uint64_t kShownOfEach = 20;

void add_options(std::string& command, std::string_view option, const std::vector<std::string>& values) {
  for (const std::string& value : values) command += fmt::format(" {} {}", option, shell_word(value));
}

/// What chose the entries.
std::string choice(const service::FilterWords& filters, const std::vector<std::string>& dirs) {
  std::string words;
  add_options(words, "--name", filters.names);
  add_options(words, "--glob", filters.globs);
  if (!filters.key_prefix.empty()) add_options(words, "--key", {filters.key_prefix});
  add_options(words, "--backend", filters.backends);
  add_options(words, "--arch", filters.archs);
  add_options(words, "--triton-version", filters.triton_versions);
  add_options(words, "--kind", filters.kinds);
  add_options(words, "--older-than", filters.older_than);
  add_options(words, "--younger-than", filters.younger_than);
  add_options(words, "--size", filters.sizes);
  add_options(words, "--where", filters.where);
  add_options(words, "--cache-dir", dirs);
  return words;
}

std::vector<Column> columns(bool several_roots) {
  std::vector<Column> columns;
  columns.push_back({.id = "severity", .header = "severity"});
  columns.push_back({.id = "finding", .header = "finding"});
  columns.push_back({.id = "key", .header = "key", .flexible = true, .min_width = 8, .preferred_width = 8});
  columns.push_back({.id = "file", .header = "file", .flexible = true, .min_width = 10, .preferred_width = 20});
  if (several_roots)
    columns.push_back({.id = "root", .header = "root", .drop_priority = 1, .flexible = true, .preferred_width = 20});
  columns.push_back({.id = "detail",
                     .header = "detail",
                     .flexible = true,
                     .min_width = 16,
                     .preferred_width = 24,
                     .may_go_below = true});
  return columns;
}

std::vector<std::string> cells(const service::FoundFinding& found, bool several_roots, bool short_key) {
  constexpr std::size_t kShortKey = 8;
  const cache::Finding& finding = found.finding;
  std::vector<std::string> cells{std::string(to_string(finding.severity)), std::string(to_string(finding.id)),
                                 short_key ? found.key.substr(0, kShortKey) : found.key, finding.file};
  if (several_roots) cells.push_back(found.root);
  cells.push_back(finding.detail);
  return cells;
}

std::string sums_of(const service::VerifyReport& report) {
  std::string text =
      fmt::format("Checked {} in {}: look-ups come to {}, {}", counted(report.entries, "entry", "entries"),
                  counted(std::uint64_t{report.roots.size()}, "root", "roots"), counted(report.hits, "hit", "hits"),
                  counted(report.misses, "miss", "misses"));
  if (report.other_roots > 0) text += fmt::format(", {} of another cache", counted(report.other_roots, "hit", "hits"));
  return text + fmt::format(" and {}.\n", counted(report.failures, "failure", "failures"));
}

std::string verdict_of(const service::VerifyReport& report) {
  const service::Findings& findings = report.findings;
  if (findings.count() == 0 && report.ignored == 0) return "Nothing is wrong.\n";
  std::string text = fmt::format("{}, {}, {}", counted(findings.count(Severity::error), "error", "errors"),
                                 counted(findings.count(Severity::warning), "warning", "warnings"),
                                 counted(findings.count(Severity::hint), "hint", "hints"));
  if (report.ignored > 0) text += fmt::format("; {} ignored", count_text(report.ignored));
  return text + ".\n";
}

}  // namespace

std::vector<std::string> cures_of(const service::VerifyRequest& request, const std::vector<std::string>& chosen_dirs,
                                  const service::VerifyReport& report) {
  const auto& wanted = report.findings.by_repair();
  std::vector<std::string> cures;
  const bool elsewhere = !request.seen_at.empty();
  std::uint64_t here = 0;
  for (const auto& [repair, count] : wanted)
    if (!elsewhere || (repair != Repair::rewrite_paths && repair != Repair::rewrite_as_map)) here += count;
  if (here > 0) {
    std::string repair = "tcm repair";
    if (request.level != service::VerifyLevel::normal) repair += fmt::format(" --level {}", to_string(request.level));
    if (request.release) repair += " --triton " + to_string(*request.release);
    cures.push_back(repair + choice(request.filters, chosen_dirs));
  }
  if (elsewhere && (wanted.contains(Repair::rewrite_paths) || wanted.contains(Repair::rewrite_as_map))) {
    std::string relocate = "tcm relocate";
    add_options(relocate, "--to", {request.seen_at});
    cures.push_back(relocate + choice(request.filters, chosen_dirs));
  }
  return cures;
}

Result<void> print_findings(Context& context, service::VerifyReport& report, const std::vector<std::string>& cures) {
  const bool several_roots = report.roots.size() > 1;
  Table table(context.out(), columns(several_roots), context.out_terminal());
  std::map<cache::FindingId, std::uint64_t> shown;
  TCM_TRY(report.findings.for_each([&](const service::FoundFinding& found) -> Result<void> {
    if (++shown[found.finding.id] <= kShownOfEach || context.verbose())
      table.add_row(cells(found, several_roots, context.out_terminal().is_tty));
    return {};
  }));
  table.finish();
  for (const auto& [id, count] : shown)
    if (count > kShownOfEach && !context.verbose())
      context.out().write(
          fmt::format("… and {} more {}; -v shows all\n", count_text(count - kShownOfEach), to_string(id)));
  context.out().write(sums_of(report) + verdict_of(report));
  if (report.unjudged > 0)
    context.out().write(fmt::format("Not judged: {} of Triton 2.0, which wrote no groups.\n",
                                    counted(report.unjudged, "kernel", "kernels")));
  if (report.unrecorded > 0)
    context.out().write(
        fmt::format("{} no recorded digest; `tcm index --digests` records them.\n",
                    report.unrecorded == 1 ? "1 file has" : count_text(report.unrecorded) + " files have"));
  for (const std::string& cure : cures)
    context.out().write(fmt::format("To mend: {}\n", context.out().to_terminal() ? util::escape_control(cure) : cure));
  return {};
}

}  // namespace tcm::cli
