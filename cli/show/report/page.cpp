// SPDX-License-Identifier: Apache-2.0
#include "cli/show/report/page.hpp"

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "cli/show/report/assets.hpp"
#include "cli/show/report/html.hpp"
#include "cli/show/report/map.hpp"
#include "cli/show/report/sections.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

/// Nothing may be loaded from anywhere, and nothing run but what this program wrote.
std::string policy() {
  return fmt::format("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
                     csp_hash(kReportStyle), csp_hash(kReportScript));
}

void write_head(Sink& out, const std::string& title) {
  out.write("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  out.write(fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", policy()));
  out.write("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  out.write("<meta name=\"referrer\" content=\"no-referrer\">\n");
  out.write(fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n", title, kReportStyle));
}

void write_space(Sink& out, const service::Report& report) {
  const std::uint64_t total = report.stats.total.bytes.total();
  write_heading(out, "Where the space goes",
                "Each area is a size: roots, in them backends with their architectures, in those names.");
  write_treemap(out, report);
  write_heading(out, "By root", {});
  write_ranking(out, report.roots, total);
  write_heading(out, "By backend and architecture", {});
  write_ranking(out, report.targets, total);
  write_heading(out, "By version of Triton", "Triton up to 3.2 does not write its version.");
  write_ranking(out, report.versions, total);
  write_heading(out, "By name", {});
  write_ranking(out, report.names, total);
}

void write_kernels(Sink& out, const service::Report& report, index::RecordColumns columns, std::int64_t now_ns) {
  write_heading(out, "Ages", "Kernels by the time since their entry was modified.");
  write_histogram(out, report.ages, "age");
  write_heading(out, "Growth",
                "What is indexed now, by the month (UTC) in which it was first seen. The index keeps no record of what "
                "was removed.");
  write_histogram(out, report.first_seen, "first seen");
  write_heading(out, "Spills",
                "Bytes that each thread of a kernel keeps in memory: spilled registers or, where a backend cannot tell "
                "them apart, its stack.");
  write_histogram(out, report.spills, "bytes a thread");
  if (!report.stats.spilling.empty()) {
    write_heading(out, "Largest spills", "One kernel for each name and architecture.");
    write_records(out, report.stats.spilling, columns,
                  {"key", "name", "backend", "arch", "warps", "stages", "occupancy", "limited_by", "spill_bytes"},
                  now_ns);
  }
  if (report.occupancy) {
    write_heading(out, "Occupancy", "Kernels by the share of a multiprocessor's warps that can be active at a time.");
    write_histogram(out, *report.occupancy, "occupancy");
  }
  write_heading(out, "Largest entries", {});
  write_records(out, report.stats.top, columns, {"key", "name", "kind", "backend", "arch", "size", "age", "dir"},
                now_ns);
}

void write_upkeep(Sink& out, const service::Report& report) {
  write_heading(
      out, "Likely duplicates",
      report.duplicate_kernels == 0
          ? "No two kernels agree in name, target, warps, stages and sizes."
          : fmt::format("{} more than needed, {}: they agree in name, target, warps, stages and sizes. `tcm prune "
                        "--deduplicate` compares them byte by byte.",
                        counted(report.duplicate_kernels, "kernel", "kernels"),
                        util::format_bytes(report.duplicate_bytes)));
  if (!report.duplicates.empty()) write_duplicates(out, report);
  write_heading(out, "Health", "As the last run of the index saw it; `tcm verify` looks at the entries themselves.");
  write_health(out, report);
}

}  // namespace

void write_report_page(Sink& out, const service::Report& report, index::RecordColumns columns,
                       const PageContext& context) {
  const std::string title = context.host.empty() ? "Kernel caches" : "Kernel caches of " + html_text(context.host);
  write_head(out, title);
  out.write(fmt::format("<h1>{}</h1>\n<p>{}, tcm {}</p>\n", title, html_text(util::format_local(context.now_ns)),
                        html_text(context.version)));
  write_tiles(out, report);
  if (report.stats.total.records == 0) {
    write_heading(out, "Nothing matches", "No entry of the index matches the filters.");
  } else {
    write_space(out, report);
    write_kernels(out, report, columns, context.now_ns);
    write_upkeep(out, report);
  }
  out.write(fmt::format("<script>{}</script>\n</body>\n</html>\n", kReportScript));
}

}  // namespace tcm::cli
