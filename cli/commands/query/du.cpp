// SPDX-License-Identifier: Apache-2.0
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
#include "core/service/doctor/usage.hpp"
#include "core/service/scan/known_dirs.hpp"
#include "core/util/text/bytes.hpp"

namespace tcm::cli {
namespace {

using cache::UseKind;

/// The limits of the settings that are about what is measured here.
struct Limit {
  const char* key;
  std::optional<std::uint64_t> value;
  std::uint64_t used;
  bool is_size;
};

std::vector<Limit> limits_of(const Context& context, const service::UsageReport& report) {
  const auto& prune = context.settings().prune;
  std::vector<Limit> limits;
  for (const Limit& limit : {Limit{"prune.max_size", prune.max_size.value, report.kept.allocated, true},
                             Limit{"prune.max_files", prune.max_files.value, report.kept.files, false}})
    if (limit.value) limits.push_back(limit);
  return limits;
}

std::string_view name_of(const cache::UsePart& part) {
  if (part.kind == UseKind::entries) return "entries";
  return part.kind == UseKind::trash ? std::string_view("trash") : to_string(part.beside);
}

std::string_view text_of(const cache::UsePart& part) {
  // What is left of a cache directory without its files.
  if (part.kind == UseKind::beside && part.use.files == 0) return "directories";
  return part.kind == UseKind::beside ? text_of(part.beside) : name_of(part);
}

void write_use(JsonWriter& json, const cache::DiskUse& use) {
  json.field("files", use.files);
  json.field("bytes", use.bytes);
  json.field("allocated_bytes", use.allocated);
  json.field("complete", use.complete);
}

void write_json(Context& context, const service::UsageReport& report, Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object().field("schema", 1);
  json.key("parts").begin_array();
  for (const cache::UsePart& part : report.parts) {
    json.begin_object().field("what", name_of(part)).field("beside", part.kind == UseKind::beside);
    json.field("path", part.path);
    write_use(json, part.use);
    json.end_object();
  }
  json.end_array();
  json.key("total").begin_object();
  write_use(json, report.total);
  json.end_object();
  json.key("freeable").begin_array();
  for (const service::Freeable& item : report.freeable) {
    json.begin_object().field("what", item.name).field("entries", item.entries).field("bytes", item.bytes);
    json.field("command", item.command).end_object();
  }
  json.end_array();
  json.field("hits_counted", report.counted);
  json.key("limits").begin_array();
  for (const Limit& limit : limits_of(context, report)) {
    json.begin_object().field("setting", limit.key).field("limit", limit.value).field("used", limit.used);
    json.field("percent", service::percent_of(limit.used, *limit.value)).end_object();
  }
  json.end_array();
  json.key("absent").begin_array();
  for (const std::string& path : report.absent) json.value(path);
  json.end_array();
  json.key("failures").begin_array();
  for (const Error& failure : report.failures) json.value(failure.message);
  json.end_array().end_object();
}

std::vector<std::string> cells(std::string what, const cache::DiskUse& use, std::string place) {
  return {std::move(what), count_text(use.files), util::format_bytes(use.bytes), util::format_bytes(use.allocated),
          std::move(place)};
}

void print_table(Context& context, const service::UsageReport& report) {
  Column place{"place", "place"};
  place.flexible = true;
  Table table(context.out(),
              {{"what", "what"},
               {"files", "files", Align::right, 1},
               {"size", "size", Align::right},
               {"on_disk", "on disk", Align::right},
               std::move(place)},
              context.out_terminal());
  for (const cache::UsePart& part : report.parts) table.add_row(cells(std::string(text_of(part)), part.use, part.path));
  if (report.parts.size() > 1) table.add_row(cells("total", report.total, ""));
  table.finish();
  for (const Limit& limit : limits_of(context, report)) {
    const auto amount = [&limit](std::uint64_t number) {
      return limit.is_size ? util::format_bytes(number) : count_text(number);
    };
    context.out().write(fmt::format("{} of {}: {}%, {} of {}\n", limit.is_size ? "On the disk" : "Files", limit.key,
                                    service::percent_of(limit.used, *limit.value), amount(limit.used),
                                    amount(*limit.value)));
  }
  if (!report.freeable.empty()) context.out().write("Could be freed:\n");
  for (const service::Freeable& item : report.freeable) {
    std::string what(item.text);
    if (item.entries > 0) what = counted(item.entries, "entry ", "entries ") + what;
    context.out().write(fmt::format("  {:>10}  {}: {}\n", util::format_bytes(item.bytes), what, item.command));
  }
}

/// The directories that were named for this run, or else all that tcm knows of.
Result<std::vector<std::string>> chosen_dirs(const Context& context, index::Index* index) {
  const auto& dirs = context.settings().cache_dirs;
  if (index == nullptr || dirs.origin.source == config::Source::flag) return dirs.value;
  return service::with_known_dirs(dirs.value, dirs.origin.source == config::Source::default_value, *index);
}

ExitCode run_du(const OutputOptions& output, Context& context) {
  auto index = context.open_index(index::OpenMode::read);
  if (!index && index.error().code != ErrorCode::missing) context.messages().warning(index.error().message);
  index::Index* const asked = index ? &*index : nullptr;
  auto dirs = chosen_dirs(context, asked);
  if (!dirs) return context.report(dirs.error());
  cache::DiskMeter meter;
  const auto measure = [&] {
    const InterruptGuard interrupts(meter.stop, asked);
    const ProgressWatch watch(context, "Measuring", [&meter](Progress& line) {
      line.set(meter.seen.load(std::memory_order_relaxed), meter.bytes.load(std::memory_order_relaxed));
    });
    return service::disk_usage({.cache_dirs = std::move(*dirs)}, asked, meter);
  };
  const auto report = measure();
  if (!report) return context.report(report.error());
  const Format format = format_of(output);
  if (is_machine_format(format))
    write_json(context, *report, format);
  else
    print_table(context, *report);
  context.out().flush();
  for (const std::string& path : report->absent)
    context.messages().note(path + ": not there; the index keeps what it knows of it.");
  if (asked == nullptr) context.messages().hint("`tcm index` lets du tell what could be freed, too");
  for (const Error& failure : report->failures) context.messages().error(failure);
  return finish_output(context, report->failures.empty() ? ExitCode::ok : ExitCode::partial);
}

}  // namespace

void add_du_command(CLI::App& app, Invocation& invocation, GlobalOptions& globals) {
  auto output = std::make_shared<OutputOptions>();
  CLI::App* command = app.add_subcommand("du", "Measure what caches take on the disk, and what could be freed");
  command
      ->add_option("--cache-dir", globals.flags.cache_dirs,
                   "Cache directory to measure (repeatable). Default: those of the settings, and all that the index "
                   "knows")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_option("DIR", globals.flags.cache_dirs, "The same as --cache-dir DIR")->excludes("--cache-dir");
  add_output_option(*command, *output, {"table", "json", "jsonl"});
  end_help(*command,
           "Examples:\n"
           "  tcm du                                      every cache that tcm knows\n"
           "  tcm du /tmp/torchinductor_you               one of inductor, with what lies next to the kernels",
           {ExitCode::partial, ExitCode::missing, ExitCode::interrupted});
  command->callback(
      [output, &invocation] { invocation.command = [output](Context& context) { return run_du(*output, context); }; });
}

}  // namespace tcm::cli
