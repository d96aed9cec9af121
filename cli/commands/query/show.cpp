// SPDX-License-Identifier: Apache-2.0
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/query/show_file.hpp"
#include "cli/output/csv.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/candidates.hpp"
#include "cli/show/records.hpp"
#include "core/service/query/entry_words.hpp"
#include "core/service/query/search.hpp"
#include "core/service/query/spills.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct ShowOptions {
  std::string word;
  service::FilterWords filters;
  ShowFileOptions file;
  OutputOptions output;
};

void write_json(Context& context, index::RecordColumns columns, const service::Shown& shown, Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object();
  json.field("schema", 1);
  write_record_fields(json, columns, shown.row);
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

void print_facts(Context& context, index::RecordColumns columns, const service::Shown& shown) {
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
  if (row.spill_bytes) {
    const service::SpillWords words = service::spill_words(shown.detail.resources);
    sheet.line(words.label, *row.spill_bytes == 0
                                ? "none"
                                : fmt::format("{} bytes per thread{}", count_text(*row.spill_bytes),
                                              words.known ? "" : ", of spilled registers or local arrays"));
  }
  sheet.line("size",
             fmt::format("{} in {}", util::format_bytes(row.bytes.total()), counted(row.file_count, "file", "files")));
  sheet.line("modified", fmt::format("{} ({} ago)", util::format_local(row.modified_ns),
                                     util::format_age(context.now_ns(), row.modified_ns)));
  sheet.line("first seen", util::format_local(row.first_seen_ns));
  sheet.line("hits", row.hits);
  if (row.last_hit_ns)
    sheet.line("last hit", fmt::format("{} ({} ago)", util::format_local(*row.last_hit_ns),
                                       util::format_age(context.now_ns(), *row.last_hit_ns)));
  // What has no line of its own above.
  for (const index::RecordColumn& column : columns)
    if (!column.internal && std::holds_alternative<std::monostate>(column.member))
      sheet.line(column.name, column_text(columns, column, row, {context.now_ns()}));
  sheet.line("root", row.root);
  sheet.line("layout", to_string(row.layout));
  if (row.elsewhere != 0)
    sheet.line("paths", "its group names another directory, so Triton misses it or reads it there; see tcm relocate");
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
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  if (context.out_terminal().is_tty)
    json.raw_indented(shown.detail.metadata);
  else
    json.raw(shown.detail.metadata);
}

void print_sheet(Context& context, index::RecordColumns known, const service::Shown& shown) {
  print_facts(context, known, shown);
  print_resources(context, shown);
  print_files(context, shown);
  print_metadata(context, shown);
}

void print_all(Context& context, index::RecordColumns known, const service::ShowResult& result) {
  print_sheet(context, known, *result.shown);
  for (const service::Shown& shown : result.also) {
    context.out().write("\n");
    print_sheet(context, known, shown);
  }
  const auto printed = static_cast<std::int64_t>(result.also.size()) + 1;
  if (result.matches > printed)
    context.messages().note(fmt::format("{} more records have this key.", count_text(result.matches - printed)));
}

/// A document holds one record, so that a script need not ask which form it got.
ExitCode refuse_several(Context& context, const service::ShowResult& result) {
  const service::Shown& other = result.also.front();
  context.messages().error(
      other.row.root == result.shown->row.root
          ? fmt::format("'{}' holds {} records; -o jsonl writes a line each", other.row.key, result.matches)
          : fmt::format("'{}' lies in several roots; give the path of one, such as {}, or -o jsonl for a line each",
                        other.row.key, service::entry_path(other.row.root, other.row.key)));
  return ExitCode::usage;
}

ExitCode run_show(const ShowOptions& options, Context& context) {
  auto index = open_to_read(context);
  if (!index) return context.report(index.error());
  const auto result = service::show(options.word, options.filters, *index, context.backends(), context.now_ns());
  if (!result) return context.report(result.error());
  if (!result->shown) {
    print_candidates(context, index->columns(), *result, options.word);
    return ExitCode::usage;
  }
  if (options.file.path || !options.file.file.empty()) return show_file(context, *index, *result, options.file);
  const Format format = format_of(options.output);
  if (format == Format::json && !result->also.empty()) return refuse_several(context, *result);
  if (format == Format::json || format == Format::jsonl) {
    write_json(context, index->columns(), *result->shown, format);
    for (const service::Shown& shown : result->also) write_json(context, index->columns(), shown, format);
  } else {
    print_all(context, index->columns(), *result);
  }
  return finish_output(context, ExitCode::ok);
}

}  // namespace

void add_show_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = app.add_subcommand("show", "Show everything known of one kernel or entry");
  command
      ->add_option("KEY-OR-NAME", options->word,
                   "The first characters of a key, the path of an entry, or a kernel's name")
      ->required();
  add_filter_options(*command, options->filters);
  add_host_options(*command, options->filters);
  add_output_option(*command, options->output, {"table", "json", "jsonl"});
  CLI::Option* const file =
      command
          ->add_option("--file", options->file.file,
                       "Print this file of the entry: by its name, its type (ttgir) or its kind (assembly)")
          ->type_name("ARTIFACT")
          ->excludes("--output", "--json");
  must_not_be_empty(*file, "a file of the entry, such as ttgir");
  command->add_flag("--path", options->file.path, "Print the path of the entry, or of the file")
      ->excludes("--output", "--json");
  end_help(*command,
           "Examples:\n"
           "  tcm show NK47D24P                           by the start of its key\n"
           "  tcm show ~/.triton/cache/NK47D24P...        by its path, or that of a file in it\n"
           "  tcm show matmul_kernel -a 90                by name, if a filter leaves only one\n"
           "  tcm show NK47 --file ttgir                  one of its files\n"
           "  cd \"$(tcm show NK47 --path)\"               where it lies\n"
           "  tcm show NK47 --json                        with the whole metadata, for a script",
           {ExitCode::missing});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_show(*options, context); };
  });
}

}  // namespace tcm::cli
