// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/csv.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/table.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/records.hpp"
#include "core/service/query/search.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct ShowOptions {
  std::string word;
  service::FilterWords filters;
  OutputOptions output;
};

void write_json(Context& context, const service::Shown& shown, Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object();
  json.field("schema", 1);
  write_record_fields(json, shown.row);
  json.field("arch_name", shown.arch_for_people);
  json.key("metadata").raw(shown.detail.metadata);
  json.key("files").begin_array();
  for (const model::Artifact& artifact : shown.detail.artifacts) {
    json.begin_object();
    json.field("name", artifact.name);
    json.field("kind", to_string(artifact.kind));
    json.field("type", artifact.type);
    json.field("bytes", artifact.bytes);
    json.end_object();
  }
  json.end_array();
  json.key("resources").begin_object();
  for (const model::Resource& resource : shown.detail.resources) {
    json.key(resource.key);
    std::visit([&](const auto& value) { json.value(value); }, resource.value);
  }
  json.end_object();
  json.key("resource_units").begin_object();
  for (const model::Resource& resource : shown.detail.resources)
    if (!resource.unit.empty()) json.field(resource.key, resource.unit);
  json.end_object();
  if (!shown.detail.problem_detail.empty()) json.field("problem_detail", shown.detail.problem_detail);
  json.end_object();
}

/// "label  value" lines; a value that is not known is left out.
class Sheet {
 public:
  explicit Sheet(Sink& out) : out_(out) {}
  void line(std::string_view label, std::string_view value) {
    if (!value.empty()) out_.write(fmt::format("{:<16}{}\n", label, util::escape_control(value)));
  }
  void line(std::string_view label, const std::optional<std::int64_t>& value) {
    if (value) line(label, fmt::to_string(*value));
  }

 private:
  Sink& out_;
};

void print_facts(Context& context, const service::Shown& shown) {
  const index::Row& row = shown.row;
  Sheet sheet(context.out());
  sheet.line("key", row.key);
  sheet.line("name", row.name);
  sheet.line("kind", to_string(row.kind));
  if (row.problem != model::SkipReason::none)
    sheet.line("problem", fmt::format("{}: {}", to_string(row.problem), shown.detail.problem_detail));
  sheet.line("backend", row.backend);
  sheet.line("arch", shown.arch_for_people);
  sheet.line("triton version", row.triton_version);
  sheet.line("warps", row.num_warps);
  sheet.line("stages", row.num_stages);
  sheet.line("ctas", row.num_ctas);
  sheet.line("warp size", row.warp_size);
  if (row.shared_bytes) sheet.line("shared memory", util::format_bytes(static_cast<std::uint64_t>(*row.shared_bytes)));
  sheet.line("size", fmt::format("{} in {} files", util::format_bytes(row.bytes.total()), row.file_count));
  sheet.line("modified", fmt::format("{} ({} ago)", util::format_local(row.modified_ns),
                                     util::format_age(context.now_ns(), row.modified_ns)));
  sheet.line("first seen", util::format_local(row.first_seen_ns));
  sheet.line("hits", row.hits);
  if (row.last_hit_ns)
    sheet.line("last hit", fmt::format("{} ({} ago)", util::format_local(*row.last_hit_ns),
                                       util::format_age(context.now_ns(), *row.last_hit_ns)));
  sheet.line("root", row.root);
  sheet.line("layout", to_string(row.layout));
}

void print_files(Context& context, const service::Shown& shown) {
  if (shown.detail.artifacts.empty()) return;
  context.out().write("\n");
  Table table(
      context.out(),
      {{"file", "file", Align::left, 0, true}, {"kind", "kind"}, {"type", "type"}, {"size", "size", Align::right}},
      context.out_terminal());
  for (const model::Artifact& artifact : shown.detail.artifacts)
    table.add_row(
        {artifact.name, std::string(to_string(artifact.kind)), artifact.type, util::format_bytes(artifact.bytes)});
  table.finish();
}

std::string text_of(const model::Resource& resource) {
  std::string text = std::visit([](const auto& value) { return fmt::format("{}", value); }, resource.value);
  return resource.unit.empty() ? text : text + " " + resource.unit;
}

void print_resources(Context& context, const service::Shown& shown) {
  if (shown.detail.resources.empty()) return;
  context.out().write("\n");
  Table table(context.out(), {{"resource", "resource"}, {"value", "value", Align::left, 0, true}},
              context.out_terminal());
  for (const model::Resource& resource : shown.detail.resources) table.add_row({resource.key, text_of(resource)});
  table.finish();
}

void print_metadata(Context& context, const service::Shown& shown) {
  if (shown.detail.metadata.empty()) return;
  context.out().write("\nmetadata\n");
  JsonWriter(context.out(), JsonWriter::Style::pretty).raw(shown.detail.metadata);
}

void print_candidates(Context& context, const service::ShowResult& result, const ShowOptions& options) {
  const bool one_host = std::all_of(result.candidates.begin(), result.candidates.end(),
                                    [&](const index::Row& row) { return row.host == result.candidates.front().host; });
  context.messages().error(fmt::format("'{}' is ambiguous: {} records match; give more of the key{}", options.word,
                                       util::format_count(static_cast<std::uint64_t>(result.matches)),
                                       one_host ? "" : ", or --host"));
  const ColumnChoice columns = choose_columns(
      one_host ? "key,name,backend,arch,size,age,dir" : "key,name,backend,arch,size,age,host,dir", Format::table);
  // Candidates are help for the user, not data: they go where the error goes.
  Sink err(stderr);
  Table table(err, layouts_of(columns), context.err_terminal());
  for (const index::Row& row : result.candidates) {
    std::vector<std::string> cells;
    for (const RecordColumn& column : columns.columns)
      cells.push_back(column.text(row, {context.now_ns(), context.err_terminal().is_tty}));
    table.add_row(std::move(cells));
  }
  table.finish();
  err.flush();
}

ExitCode run_show(const ShowOptions& options, Context& context) {
  auto index = open_to_read(context);
  if (!index) return context.report(index.error());
  const auto result = service::show(options.word, options.filters, *index, context.backends(), context.now_ns());
  if (!result) return context.report(result.error());
  if (!result->shown) {
    print_candidates(context, *result, options);
    return ExitCode::usage;
  }
  const Format format = format_of(options.output);
  if (format == Format::json || format == Format::jsonl) {
    write_json(context, *result->shown, format);
  } else {
    print_facts(context, *result->shown);
    print_resources(context, *result->shown);
    print_files(context, *result->shown);
    print_metadata(context, *result->shown);
  }
  return finish_output(context, ExitCode::ok);
}

}  // namespace

void add_show_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = app.add_subcommand("show", "Show everything known of one kernel or entry");
  command->add_option("key-or-name", options->word, "The first characters of a key, or a kernel's name")->required();
  add_filter_options(*command, options->filters);
  add_host_options(*command, options->filters);
  command->add_option("-o,--output", options->output.format, "Form of the output")
      ->check(CLI::IsMember({"table", "json", "jsonl"}))
      ->type_name("FORMAT");
  command->add_flag("--json", options->output.json, "Short for -o json");
  command->footer(
      "Examples:\n"
      "  tcm show NK47D24P                           by the start of its key\n"
      "  tcm show matmul_kernel -a 90                by name, if a filter leaves only one\n"
      "  tcm show NK47 --json                        with the whole metadata, for a script");
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_show(*options, context); };
  });
}

}  // namespace tcm::cli
