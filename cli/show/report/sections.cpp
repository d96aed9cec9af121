// SPDX-License-Identifier: Apache-2.0
#include "cli/show/report/sections.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "cli/show/records.hpp"
#include "cli/show/report/html.hpp"
#include "core/model/words.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

HtmlCell number_cell(std::int64_t number) { return {count_text(number), fmt::to_string(number)}; }

HtmlCell size_cell(std::uint64_t bytes) { return {util::format_bytes(bytes), fmt::to_string(bytes)}; }

HtmlCell text_cell(const std::string& text) { return {text.empty() ? "-" : text, text}; }

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

HtmlCell percent_cell(std::uint64_t part, std::uint64_t whole) {
  const double percent = 100 * share(part, whole);
  return {part > 0 && percent < 0.1 ? "<0.1%" : fmt::format("{:.1f}%", percent), fmt::to_string(part)};
}

HtmlCell bar_cell(double length) {
  HtmlCell cell;
  cell.bar = length;
  return cell;
}

void tile(Sink& out, std::string_view label, const std::string& value) {
  out.write(fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(label), html_text(value)));
}

/// "the first 200 of 3,412"; nothing of a table that has all.
std::string cap_text(std::size_t shown, std::size_t all) {
  return shown < all ? fmt::format("The first {} of {}, largest first.", count_text(std::uint64_t{shown}),
                                   count_text(std::uint64_t{all}))
                     : std::string();
}

void list_item(Sink& out, const std::string& text) { out.write("<li>" + html_text(text) + "</li>\n"); }

void write_problems(Sink& out, const service::Report& report) {
  if (report.problems.empty()) return;
  HtmlTable table(out, "What the last run of the index found wrong",
                  {{"problem", false, true}, {"entries", true}, {"size", true}});
  for (const service::ProblemSum& problem : report.problems)
    table.row({{std::string(text_of(problem.reason)), std::string(to_string(problem.reason))},
               number_cell(problem.records),
               size_cell(problem.bytes)});
  table.finish();
}

}  // namespace

void write_heading(Sink& out, std::string_view title, std::string_view text) {
  out.write(fmt::format("<h2>{}</h2>\n", html_text(title)));
  if (!text.empty()) out.write(fmt::format("<p>{}</p>\n", html_text(text)));
}

void write_tiles(Sink& out, const service::Report& report) {
  const service::Stats& stats = report.stats;
  out.write("<dl class=\"tiles\">\n");
  tile(out, "kernels", count_text(stats.total.kernels));
  tile(out, "entries", count_text(stats.total.entries));
  tile(out, "files", count_text(stats.total.files));
  tile(out, "size", util::format_bytes(stats.total.bytes.total()));
  tile(out, "roots", count_text(std::uint64_t{stats.roots.size()}));
  tile(out, "names", count_text(std::uint64_t{report.names.all}));
  tile(out, "likely duplicates",
       fmt::format("{}, {}", count_text(report.duplicate_kernels), util::format_bytes(report.duplicate_bytes)));
  if (stats.never_hit.counted > 0)
    tile(out, "never hit",
         fmt::format("{} of {}", count_text(stats.never_hit.kernels), count_text(stats.never_hit.counted)));
  out.write("</dl>\n");
}

void write_ranking(Sink& out, const service::Ranking& ranking, std::uint64_t total) {
  std::vector<HtmlColumn> columns;
  std::vector<bool> used;  // a column that says nothing, such as hosts where there is one without a name, is left out
  for (std::size_t i = 0; i < ranking.by.size(); ++i) {
    used.push_back(ranking.by.size() == 1 || std::any_of(ranking.groups.begin(), ranking.groups.end(),
                                                         [i](const auto& group) { return !group.values[i].empty(); }));
    if (used.back()) columns.push_back({ranking.by[i], false, true});
  }
  for (HtmlColumn column :
       {HtmlColumn{"kernels", true}, HtmlColumn{"size", true}, HtmlColumn{"share", true}, HtmlColumn{}})
    columns.push_back(std::move(column));
  HtmlTable table(out, cap_text(ranking.groups.size(), ranking.all), std::move(columns));
  const std::uint64_t most = ranking.groups.empty() ? 0 : ranking.groups.front().sums.bytes.total();
  for (const index::Group& group : ranking.groups) {
    std::vector<HtmlCell> cells;
    for (std::size_t i = 0; i < group.values.size(); ++i)
      if (used[i]) cells.push_back(text_cell(group.values[i]));
    const std::uint64_t bytes = group.sums.bytes.total();
    cells.push_back(number_cell(group.sums.kernels));
    cells.push_back(size_cell(bytes));
    cells.push_back(percent_cell(bytes, total));
    cells.push_back(bar_cell(share(bytes, most)));
    table.row(cells);
  }
  table.finish();
}

void write_histogram(Sink& out, const service::Histogram& histogram, std::string_view range) {
  std::vector<service::Bar> bars = histogram.bars;
  if (histogram.unknown.kernels > 0) bars.push_back(histogram.unknown);
  std::int64_t most = 0;
  for (const service::Bar& bar : bars) most = std::max(most, bar.kernels);
  HtmlTable table(out, {}, {{std::string(range)}, {"kernels", true}, {"size", true}, {}});
  std::size_t place = 0;
  for (const service::Bar& bar : bars) {
    // In the order of the ranges, not of their names.
    const HtmlCell label{bar.label, fmt::format("{:03}", place++)};
    table.row({label, number_cell(bar.kernels), size_cell(bar.bytes),
               bar_cell(share(static_cast<std::uint64_t>(bar.kernels), static_cast<std::uint64_t>(most)))});
  }
  table.finish();
}

void write_records(Sink& out, const std::vector<index::Row>& rows, index::RecordColumns columns,
                   const std::vector<std::string>& names, std::int64_t now_ns) {
  std::string chosen;
  for (const std::string& name : names)
    if (index::find_column(columns, name) != nullptr) chosen += (chosen.empty() ? "" : ",") + name;
  const ColumnChoice choice = choose_columns(columns, chosen, Format::table);
  std::vector<HtmlColumn> headers;
  for (const PrintedColumn& column : choice.columns)
    headers.push_back({column.layout.header, column.layout.align == Align::right, column.layout.flexible});
  HtmlTable table(out, {}, std::move(headers));
  for (const index::Row& row : rows) {
    const auto texts = text_cells(choice, row, {now_ns, true});
    const auto values = data_cells(choice, row, now_ns);
    std::vector<HtmlCell> cells;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      HtmlCell cell{texts[i].empty() ? "-" : texts[i], values[i]};
      if (choice.columns[i].column->look.short_key) cell.title = values[i];
      cells.push_back(std::move(cell));
    }
    table.row(cells);
  }
  table.finish();
}

void write_duplicates(Sink& out, const service::Report& report) {
  HtmlTable table(out, {},
                  {{"name", false, true},
                   {"backend"},
                   {"arch"},
                   {"warps", true},
                   {"stages", true},
                   {"copies", true},
                   {"size", true}});
  const auto known = [](const std::optional<std::int64_t>& number) {
    return number ? number_cell(*number) : HtmlCell{"-"};
  };
  for (const service::LikelyDuplicates& set : report.duplicates)
    table.row({text_cell(set.kernel.name), text_cell(set.kernel.backend), text_cell(set.kernel.arch),
               known(set.kernel.num_warps), known(set.kernel.num_stages), number_cell(set.copies),
               size_cell(set.bytes)});
  table.finish();
}

void write_health(Sink& out, const service::Report& report) {
  const service::Stats& stats = report.stats;
  HtmlTable kinds(out, "Kinds of entries", {{"kind"}, {"entries", true}, {"files", true}, {"size", true}});
  for (const index::Group& group : stats.groups)
    kinds.row({text_cell(group.values.front()), number_cell(group.sums.entries), number_cell(group.sums.files),
               size_cell(group.sums.bytes.total())});
  kinds.finish();
  out.write("<ul>\n");
  if (report.problems.empty()) list_item(out, "The last run of the index found no problem.");
  if (stats.elsewhere > 0)
    list_item(out, fmt::format("{} of which the group names another directory: Triton misses them, or reads them there "
                               "(tcm relocate).",
                               counted(stats.elsewhere, "kernel", "kernels")));
  if (stats.other_files.files > 0)
    list_item(out, fmt::format("{} outside any entry, {}.", counted(stats.other_files.files, "file", "files"),
                               util::format_bytes(stats.other_files.bytes)));
  for (const index::RootRow& root : stats.absent)
    list_item(out, fmt::format("{} was not there when it was looked for, since {}; nothing of it counts here.",
                               root.location.path, util::format_local(root.absent_ns)));
  out.write("</ul>\n");
  write_problems(out, report);
}

}  // namespace tcm::cli
