// SPDX-License-Identifier: Apache-2.0
#include "core/service/upkeep/metrics.hpp"

#include <map>
#include <string_view>

#include <fmt/format.h>

#include "core/util/system/file.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

/// {name="value"}, where the value may be any bytes.
std::string label(std::string_view name, std::string_view value) {
  std::string text;
  for (const char c : util::escape_control(value)) {
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return fmt::format("{{{}=\"{}\"}}", name, text);
}

std::string seconds(std::int64_t ns) { return fmt::format("{:.3f}", static_cast<double>(ns) / 1e9); }

class Exposition {
 public:
  void begin(std::string_view name, std::string_view help, std::string_view type = "gauge") {
    name_ = name;
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  template <class Number>
  void sample(const std::string& labels, const Number& value) {
    text_ += fmt::format("{}{} {}\n", name_, labels, value);
  }
  template <class Number>
  void one(std::string_view name, std::string_view help, const Number& value, std::string_view type = "gauge") {
    begin(name, help, type);
    sample({}, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

void write_roots(Exposition& out, const std::vector<index::RootRow>& roots) {
  const auto each = [&](std::string_view name, std::string_view help, auto value) {
    out.begin(name, help);
    for (const index::RootRow& root : roots)
      if (root.absent_ns == 0) out.sample(label("root", root.location.path), root.*value);
  };
  each("tcm_cache_bytes", "Bytes in the files of a root's entries.", &index::RootRow::bytes);
  each("tcm_cache_entries", "Entries of a root.", &index::RootRow::entries);
  each("tcm_cache_kernels", "Kernels of a root.", &index::RootRow::kernels);
  each("tcm_cache_files", "Files in a root's entries.", &index::RootRow::files);
}

/// Of a limit that holds for several file systems: the worst.
struct Limit {
  const BudgetState* state = nullptr;
  bool met = true;
};

std::map<std::string_view, Limit> limits_of(const std::vector<BudgetState>& budgets) {
  std::map<std::string_view, Limit> limits;
  for (const BudgetState& budget : budgets) {
    const std::string_view name = budget.measure == Measure::bytes   ? "max_size"
                                  : budget.measure == Measure::files ? "max_files"
                                                                     : "min_free";
    Limit& limit = limits[name];
    limit.state = &budget;
    limit.met &= budget.met();
  }
  return limits;
}

void write_limits(Exposition& out, const std::vector<BudgetState>& budgets) {
  const auto limits = limits_of(budgets);
  const auto each = [&](std::string_view name, std::string_view help, bool measured, auto value) {
    out.begin(name, help);
    for (const auto& [limit, state] : limits)
      if (!measured || state.state->measure != Measure::missing) out.sample(label("limit", limit), value(state));
  };
  if (limits.empty()) return;
  each("tcm_gc_limit", "What a limit of all roots together allows: bytes on the disk, or files.", true,
       [](const Limit& limit) { return limit.state->allowed; });
  each("tcm_gc_limit_used", "What of that the last run left in use.", true,
       [](const Limit& limit) { return limit.state->afterwards; });
  each("tcm_gc_limit_met", "Whether the last run left a limit met.", false,
       [](const Limit& limit) { return limit.met ? 1 : 0; });
}

void write_gc(Exposition& out, const GcFigures& gc) {
  out.begin("tcm_gc_freed_bytes", "Bytes that the disk got back in the last run.");
  for (const GcRoot& root : gc.roots) out.sample(label("root", root.path), root.freed);
  out.begin("tcm_gc_removed_entries", "Entries that the last run removed.");
  for (const GcRoot& root : gc.roots) out.sample(label("root", root.path), root.entries);
  out.one("tcm_gc_duration_seconds", "How long the last run took.", seconds(gc.duration_ns));
  out.one("tcm_gc_success", "Whether the last run did all of it and left every limit met.", gc.succeeded ? 1 : 0);
  out.one("tcm_gc_last_run_timestamp_seconds", "When the last run ended.", seconds(gc.ended_ns));
  if (gc.last_success_ns)
    out.one("tcm_gc_last_success_timestamp_seconds", "When a run last succeeded.", seconds(*gc.last_success_ns));
  write_limits(out, gc.budgets);
}

void write_watch(Exposition& out, const WatchFigures& watch) {
  out.one("tcm_watch_looks_total", "How often the caches were looked at.", watch.looks, "counter");
  out.one("tcm_watch_overflows_total", "How often the kernel dropped events.", watch.overflows, "counter");
  out.one("tcm_watch_directories", "Directories that are watched.", watch.directories);
}

}  // namespace

GcFigures figures_of(const GcResult& result, std::int64_t began_ns, std::int64_t ended_ns) {
  GcFigures figures;
  figures.ended_ns = ended_ns;
  figures.duration_ns = ended_ns - began_ns;
  figures.succeeded = result.within_limits() && !result.partial();
  if (figures.succeeded) figures.last_success_ns = ended_ns;
  figures.roots = result.roots;
  figures.budgets = result.plan.budgets;
  const PlanSums& wanted = result.plan.items.sums();
  const PlanSums& done = result.report.done;
  for (BudgetState& budget : figures.budgets) {
    const bool files = budget.measure == Measure::files;
    const std::uint64_t planned = files ? wanted.files : wanted.frees;
    const std::uint64_t reached = files ? done.files : done.frees;
    budget.afterwards += planned - std::min(planned, reached);
  }
  return figures;
}

std::string metrics_text(const Figures& figures) {
  Exposition out;
  write_roots(out, figures.roots);
  if (figures.gc) write_gc(out, *figures.gc);
  if (figures.watch) write_watch(out, *figures.watch);
  return out.take();
}

Result<void> write_metrics(const std::string& path, const Figures& figures) {
  return util::replace_file(path, metrics_text(figures), 0644);
}

}  // namespace tcm::service
