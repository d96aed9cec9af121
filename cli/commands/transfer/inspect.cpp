// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/inspect.hpp"

#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

struct InspectOptions {
  std::string place;
  OutputOptions output;
};

/// Lets `read` look through a place, with its progress on the terminal.
template <class Read>
Result<service::PlaceReport> watched(Context& context, Read&& read) {
  service::TransferProgress progress;
  const InterruptGuard interrupts(progress.stop, nullptr);
  const ProgressWatch watch(context, "Reading", [&progress](Progress& line) {
    line.set(progress.entries.load(std::memory_order_relaxed), progress.bytes.load(std::memory_order_relaxed));
  });
  return read(progress);
}

Result<service::PlaceReport> inspect(const service::Place& place, Context& context,
                                     const std::function<void(const service::PlacedEntry&)>& each) {
  return watched(context, [&](service::TransferProgress& progress) {
    return service::inspect_place(place, context.backends(), progress, each);
  });
}

std::vector<Column> columns() {
  std::vector<Column> columns;
  columns.push_back({.id = "key", .header = "key", .flexible = true, .min_width = 8, .preferred_width = 8});
  columns.push_back({.id = "name", .header = "name", .flexible = true, .min_width = 12, .preferred_width = 24});
  columns.push_back({.id = "kind", .header = "kind", .drop_priority = 1});
  columns.push_back({.id = "backend", .header = "backend", .drop_priority = 2});
  columns.push_back({.id = "arch", .header = "arch"});
  columns.push_back({.id = "triton", .header = "triton", .drop_priority = 3});
  columns.push_back({.id = "files", .header = "files", .align = Align::right, .drop_priority = 4});
  columns.push_back({.id = "size", .header = "size", .align = Align::right});
  return columns;
}

std::string sums_of(const service::PlaceReport& report) {
  std::string text = fmt::format("{}, {} in {}.\n", counted(report.entries, "entry", "entries"),
                                 util::format_bytes(report.bytes), counted(report.files, "file", "files"));
  if (report.manifest)
    text += fmt::format("Written by {}; groups name {}; all digests hold.\n",
                        util::escape_control(report.manifest->tool), util::escape_control(report.manifest->path));
  else
    text += "No manifest: no digest could be compared.\n";
  if (report.absent > 0)
    text += fmt::format("{} that the manifest names {} not in it.\n", counted(report.absent, "entry", "entries"),
                        report.absent == 1 ? "is" : "are");
  if (report.other_files > 0)
    text += fmt::format("{} of no entry.\n", counted(report.other_files, "file is", "files are"));
  return text;
}

Result<service::PlaceReport> print(const service::Place& place, Context& context) {
  Table table(context.out(), columns(), context.out_terminal());
  auto report = inspect(place, context, [&table](const service::PlacedEntry& entry) {
    table.add_row({entry.root.empty() ? entry.key : entry.root + '/' + entry.key, entry.name,
                   std::string(model::to_string(entry.kind)), entry.backend, entry.arch, entry.triton_version,
                   count_text(entry.files), util::format_bytes(entry.bytes)});
  });
  if (!report) return report;
  table.finish();
  std::string text = sums_of(*report);
  // A directory has no manifest, and needs none.
  if (place.kind == service::Place::Kind::directory) text = text.substr(0, text.find('\n') + 1);
  context.out().write(text);
  return report;
}

Result<service::PlaceReport> write(const service::Place& place, Context& context) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  bool begun = false;
  const auto begin = [&] {
    if (!std::exchange(begun, true)) json.begin_object().field("schema", 1).key("entries").begin_array();
  };
  auto report = inspect(place, context, [&](const service::PlacedEntry& entry) {
    begin();
    json.begin_object();
    json.field("root", entry.root).field("key", entry.key).field("kind", model::to_string(entry.kind));
    json.field("name", entry.name).field("backend", entry.backend).field("arch", entry.arch);
    json.field("triton_version", entry.triton_version).field("files", entry.files).field("bytes", entry.bytes);
    json.end_object();
  });
  if (!report) return report;
  begin();
  json.end_array();
  json.field("place", place.word).field("files", report->files).field("bytes", report->bytes);
  json.field("absent", report->absent).field("other_files", report->other_files);
  json.key("manifest");
  if (report->manifest) {
    json.begin_object();
    json.field("tool", report->manifest->tool).field("layout", model::to_string(report->manifest->layout));
    json.field("groups_name", report->manifest->path).field("sha256", util::hex_of(*report->digest));
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
  return report;
}

Result<service::PlaceReport> print_mega_cache(const service::Place& place, Context& context) {
  std::vector<Column> columns;
  columns.push_back({.id = "type", .header = "type"});
  columns.push_back({.id = "key", .header = "key", .flexible = true, .min_width = 8, .preferred_width = 40});
  columns.push_back({.id = "size", .header = "size", .align = Align::right});
  Table table(context.out(), columns, context.out_terminal());
  auto report = watched(context, [&](service::TransferProgress& progress) {
    return service::inspect_mega_cache(place, progress, [&table](const cache::MegaArtifact& artifact) {
      table.add_row({artifact.type, artifact.key, util::format_bytes(artifact.bytes)});
    });
  });
  if (!report) return report;
  table.finish();
  context.out().write(fmt::format(
      "A mega-cache of torch.compile: {}, {}; its checksum holds.\ntorch.compiler.load_cache_artifacts() loads it.\n",
      counted(report->entries, "artifact", "artifacts"), util::format_bytes(report->bytes)));
  return report;
}

Result<service::PlaceReport> write_mega_cache(const service::Place& place, Context& context) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object().field("schema", 1).field("place", place.word).key("artifacts").begin_array();
  auto report = watched(context, [&](service::TransferProgress& progress) {
    return service::inspect_mega_cache(place, progress, [&json](const cache::MegaArtifact& artifact) {
      json.begin_object();
      json.field("type", artifact.type).field("key", artifact.key).field("bytes", artifact.bytes);
      json.end_object();
    });
  });
  if (!report) return report;
  json.end_array().field("bytes", report->bytes);
  json.end_object();
  return report;
}

Result<service::PlaceReport> look_into(const service::Place& place, bool as_json, Context& context) {
  if (service::is_mega_cache(place))
    return as_json ? write_mega_cache(place, context) : print_mega_cache(place, context);
  return as_json ? write(place, context) : print(place, context);
}

ExitCode run_inspect(const InspectOptions& options, Context& context) {
  const auto place = service::place_to_read(options.place);
  if (!place) return context.report(place.error());
  const auto report = look_into(*place, is_machine_format(format_of(options.output)), context);
  if (!report) return context.report(report.error());
  return finish_output(context, report->absent > 0 ? ExitCode::partial : ExitCode::ok);
}

}  // namespace

void add_inspect_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = app.add_subcommand("inspect", "Show what an archive or an image holds, and that it is whole");
  command
      ->add_option("PLACE", options->place,
                   "An archive, - for standard input, dir:PATH, oci:DIR[:TAG] or docker://IMAGE; or a mega-cache of "
                   "torch.compile")
      ->required();
  add_output_option(*command, options->output, {"table", "json"});
  end_help(*command,
           "All of it is read and held against its manifest; nothing is unpacked. Of a file\n"
           "that torch.compiler.save_cache_artifacts() filled, types, keys and sizes are shown,\n"
           "and nothing is unpickled.\n\n"
           "Examples:\n"
           "  tcm inspect kernels.tar.zst\n"
           "  tcm inspect - --json < kernels.tar.zst",
           {ExitCode::partial, ExitCode::missing, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_inspect(*options, context); };
  });
}

}  // namespace tcm::cli
