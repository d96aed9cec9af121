// SPDX-License-Identifier: Apache-2.0
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/csv.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/absent.hpp"
#include "cli/show/bars.hpp"
#include "cli/show/elsewhere.hpp"
#include "cli/show/records.hpp"
#include "core/service/change/trash.hpp"
#include "core/service/query/search.hpp"
#include "core/util/text/bytes.hpp"

namespace tcm::cli {
namespace {

struct StatsOptions {
  service::StatsRequest request;
  OutputOptions output;
};

struct SumColumn {
  const char* id;
  const char* header;
  int drop_priority;
  std::uint64_t (*value)(const index::Sums&);
  bool is_size;
};

// One table for JSON, CSV and people.
constexpr SumColumn kSumColumns[] = {
    {"entries", "entries", 0, [](const index::Sums& s) { return static_cast<std::uint64_t>(s.entries); }, false},
    {"kernels", "kernels", 0, [](const index::Sums& s) { return static_cast<std::uint64_t>(s.kernels); }, false},
    {"files", "files", 8, [](const index::Sums& s) { return static_cast<std::uint64_t>(s.files); }, false},
    {"bytes", "size", 0, [](const index::Sums& s) { return s.bytes.total(); }, true},
    {"ir_bytes", "ir", 7, [](const index::Sums& s) { return s.bytes.ir; }, true},
    {"assembly_bytes", "assembly", 5, [](const index::Sums& s) { return s.bytes.assembly; }, true},
    {"binary_bytes", "binary", 6, [](const index::Sums& s) { return s.bytes.binary; }, true},
    {"source_bytes", "source", 4, [](const index::Sums& s) { return s.bytes.source; }, true},
    {"module_bytes", "module", 3, [](const index::Sums& s) { return s.bytes.module; }, true},
    {"metadata_bytes", "metadata", 2, [](const index::Sums& s) { return s.bytes.metadata; }, true},
    {"other_bytes", "other", 1, [](const index::Sums& s) { return s.bytes.other; }, true},
};

void write_sums(JsonWriter& json, const index::Sums& sums) {
  for (const SumColumn& column : kSumColumns) json.field(column.id, column.value(sums));
}

void write_rows(JsonWriter& json, index::RecordColumns columns, std::string_view name,
                const std::vector<index::Row>& rows) {
  json.key(name).begin_array();
  for (const index::Row& row : rows) {
    json.begin_object();
    write_record_fields(json, columns, row);
    json.end_object();
  }
  json.end_array();
}

void write_json(Context& context, index::RecordColumns columns, const service::Stats& stats, Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object();
  json.field("schema", 1);
  json.key("roots").begin_array();
  for (const index::RootRow& root : stats.roots) json.value(root.location.path);
  json.end_array();
  json.key("total").begin_object();
  write_sums(json, stats.total);
  json.end_object();
  json.key("beside")
      .begin_object()
      .field("files", stats.other_files.files)
      .field("bytes", stats.other_files.bytes)
      .end_object();
  json.field("elsewhere", stats.elsewhere);
  json.key("never_hit");
  if (stats.never_hit.counted == 0)
    json.null();
  else
    json.begin_object()
        .field("counted", stats.never_hit.counted)
        .field("kernels", stats.never_hit.kernels)
        .field("bytes", stats.never_hit.bytes)
        .end_object();
  json.key("groups").begin_array();
  for (const index::Group& group : stats.groups) {
    json.begin_object();
    for (std::size_t i = 0; i < stats.by.size(); ++i) json.field(stats.by[i], group.values[i]);
    write_sums(json, group.sums);
    json.end_object();
  }
  json.end_array();
  write_rows(json, columns, "top", stats.top);
  write_rows(json, columns, "spilling", stats.spilling);
  json.end_object();
}

void write_csv(Context& context, const service::Stats& stats) {
  std::vector<std::string> header = stats.by;
  for (const SumColumn& column : kSumColumns) header.emplace_back(column.id);
  CsvWriter csv(context.out(), header);
  for (const index::Group& group : stats.groups) {
    std::vector<std::string> cells = group.values;
    for (const SumColumn& column : kSumColumns) cells.push_back(fmt::to_string(column.value(group.sums)));
    csv.row(cells);
  }
}

// What a terminal shows next to the size, and when the two columns go: after all others.
constexpr std::string_view kBarBehind = "bytes";
constexpr int kBarDrop = 9;
constexpr std::size_t kBarWidth = 12;

std::vector<Column> sum_layouts(bool with_bars) {
  std::vector<Column> layouts;
  for (const SumColumn& sum : kSumColumns) {
    layouts.push_back({sum.id, sum.header, Align::right, sum.drop_priority});
    if (!with_bars || sum.id != kBarBehind) continue;
    layouts.push_back({"share", "share", Align::right, kBarDrop + 1});
    layouts.push_back({"bar", "", Align::left, kBarDrop});
  }
  return layouts;
}

/// Bars, when there are any, are shares of `whole`.
std::vector<std::string> text_cells(std::vector<std::string> cells, const index::Sums& sums, const index::Sums* whole) {
  for (const SumColumn& column : kSumColumns) {
    const std::uint64_t value = column.value(sums);
    cells.push_back(column.is_size ? util::format_bytes(value) : count_text(value));
    if (whole == nullptr || column.id != kBarBehind) continue;
    cells.push_back(percent_text(value, column.value(*whole)));
    cells.push_back(&sums == whole ? "" : bar_text(value, column.value(*whole), kBarWidth));
  }
  return cells;
}

void print_groups(Context& context, const service::Stats& stats, Format format) {
  std::vector<Column> columns;
  for (const std::string& by : stats.by) {
    Column column{by, by};
    column.flexible = by == "name" || by == "root" || by == "dir";
    columns.push_back(std::move(column));
  }
  Terminal terminal = context.out_terminal();
  const index::Sums* const whole = terminal.is_tty ? &stats.total : nullptr;
  for (Column& column : sum_layouts(whole != nullptr)) columns.push_back(std::move(column));
  if (format == Format::wide) terminal.width = kUnlimitedWidth;
  Table table(context.out(), std::move(columns), terminal);
  for (const index::Group& group : stats.groups) {
    std::vector<std::string> values = group.values;
    for (std::string& value : values)
      if (value.empty()) value = "-";
    table.add_row(text_cells(std::move(values), group.sums, whole));
  }
  if (stats.groups.size() > 1) {
    std::vector<std::string> label(stats.by.size());
    label.front() = "total";
    table.add_row(text_cells(std::move(label), stats.total, whole));
  }
  table.finish();
}

void print_rows(Context& context, index::RecordColumns known, std::string_view title,
                const std::vector<index::Row>& rows, const std::string& names) {
  if (rows.empty()) return;
  context.out().write(fmt::format("\n{}\n", title));
  ColumnChoice columns = choose_columns(known, names, Format::table);
  // What the rows are ordered by is never left out.
  for (PrintedColumn& column : columns.columns)
    if (column.layout.id == "spill_bytes") column.layout.drop_priority = 0;
  Table table(context.out(), layouts_of(columns), context.out_terminal());
  for (const index::Row& row : rows)
    table.add_row(text_cells(columns, row, {context.now_ns(), context.out_terminal().is_tty}));
  table.finish();
}

/// What lies in the trash is in no record, and takes room all the same.
void note_trash(Context& context, const StatsOptions& options, index::Index& index) {
  const auto& dirs = options.request.filters.cache_dirs;
  const auto listing = service::list_trash(service::trash_request(dirs, context.settings()), index);
  if (!listing) return;
  std::uint64_t bytes = 0;
  for (const service::TrashRow& row : listing->rows) bytes += row.bin.bytes;
  if (bytes > 0)
    context.messages().note(fmt::format("In the trash: {}; `tcm trash list` shows what.", util::format_bytes(bytes)));
}

ExitCode run_stats(const StatsOptions& options, Context& context) {
  auto index = open_to_read(context);
  if (!index) return context.report(index.error());
  const auto stats = service::stats(options.request, *index, context.backends(), context.now_ns());
  if (!stats) return context.report(stats.error());
  const Format format = format_of(options.output);
  if (format == Format::json || format == Format::jsonl) {
    write_json(context, index->columns(), *stats, format);
  } else if (format == Format::csv) {
    write_csv(context, *stats);
  } else {
    print_groups(context, *stats, format);
    print_rows(context, index->columns(), "Largest entries:", stats->top, "key,name,backend,arch,size,age");
    print_rows(context, index->columns(),
               "Most bytes of a thread in memory, spilled registers or its stack:", stats->spilling,
               "key,name,backend,arch,warps,spill_bytes");
    context.out().flush();
    if (stats->other_files.files > 0)
      context.messages().note(fmt::format("Outside any entry: {}, {}.",
                                          counted(stats->other_files.files, "file", "files"),
                                          util::format_bytes(stats->other_files.bytes)));
    if (stats->never_hit.counted > 0)
      context.messages().note(fmt::format(
          "Never hit: {} of {} that were counted, {}.", count_text(stats->never_hit.kernels),
          counted(stats->never_hit.counted, "kernel", "kernels"), util::format_bytes(stats->never_hit.bytes)));
    note_trash(context, options, *index);
    note_elsewhere(context, stats->elsewhere);
    note_absent(context, stats->absent);
    if (stats->groups.empty()) explain_nothing(context, options.request.filters, *index);
  }
  return finish_output(context, ExitCode::ok);
}

}  // namespace

void add_stats_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command = app.add_subcommand("stats", "Sum up entries, kernels, files and bytes");
  CLI::Option* const by =
      command
          ->add_option("--by", options->request.by,
                       "Group by backend, arch, version, name, kind, root, host (several with commas)")
          ->allow_extra_args(false)
          ->type_name("KEY");
  offer_list_of(*by, {"backend", "arch", "version", "name", "kind", "root", "host"});
  must_be_whole_number(*command->add_option("--top", options->request.top, "Also name the N largest")->type_name("N"));
  add_filter_options(*command, options->request.filters);
  add_host_options(*command, options->request.filters);
  add_output_option(*command, options->output, {"table", "wide", "json", "jsonl", "csv"});
  end_help(*command,
           "Examples:\n"
           "  tcm stats                                   what the caches hold, by kind of entry\n"
           "  tcm stats --by backend,arch                 which GPUs take up the space\n"
           "  tcm stats --by name --top 5                 the sums of each name, and the largest",
           {ExitCode::missing});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_stats(*options, context); };
  });
}

}  // namespace tcm::cli
