// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/open_index.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

struct IndexOptions {
  bool full_rescan = false;
  OutputOptions output;
};

void write_root(JsonWriter& json, const service::RootReport& root) {
  json.begin_object();
  json.field("path", root.path);
  json.field("cache_dir", root.cache_dir);
  json.field("layout", to_string(root.layout));
  json.field("kernels", root.kernels);
  json.field("entries", root.entries);
  json.field("files", root.files);
  json.field("bytes", root.bytes);
  json.field("new", root.added);
  json.field("changed", root.changed);
  json.field("gone", root.gone);
  json.field("unchanged", root.unchanged);
  json.field("skipped", root.skipped_count());
  json.key("skip_reasons").begin_object();
  for (const auto& [reason, count] : root.skip_reasons) json.field(to_string(reason), count);
  json.end_object();
  json.key("skipped_entries").begin_array();
  for (const service::Skipped& skipped : root.skipped) {
    json.begin_object();
    json.field("key", skipped.name);
    json.field("reason", to_string(skipped.reason));
    json.field("detail", skipped.detail);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_json(Context& context, const service::IndexReport& report, Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object();
  json.field("schema", 1);
  json.key("roots").begin_array();
  for (const service::RootReport& root : report.roots) write_root(json, root);
  json.end_array();
  json.key("failures").begin_array();
  for (const Error& failure : report.failures) json.value(failure.message);
  json.end_array();
  json.field("before", report.before);
  json.field("now", report.now);
  json.end_object();
}

std::string_view reason_text(model::SkipReason reason) {
  for (const model::SkipWord& word : model::kSkipReasons)
    if (word.value == reason) return word.text;
  return {};
}

std::string plural(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", util::format_count(static_cast<std::uint64_t>(count)), count == 1 ? one : many);
}

void print_root(Context& context, const service::RootReport& root) {
  const auto count = [](std::int64_t n) { return util::format_count(static_cast<std::uint64_t>(n)); };
  std::string line =
      fmt::format("{}  {} in {}  {}", util::escape_control(root.path), plural(root.kernels, "kernel", "kernels"),
                  plural(root.entries, "entry", "entries"), util::format_bytes(static_cast<std::uint64_t>(root.bytes)));
  line += fmt::format("\n  {} new  {} changed  {} gone  {} unchanged  {} skipped", count(root.added),
                      count(root.changed), count(root.gone), count(root.unchanged), count(root.skipped_count()));
  if (root.layout != model::Layout::triton) line += fmt::format("  (layout {})", to_string(root.layout));
  context.out().write(line + "\n");
  for (const auto& [reason, number] : root.skip_reasons)
    context.out().write(fmt::format("  skipped {}: {} ({})\n", count(number), reason_text(reason), to_string(reason)));
}

void explain_skipped(Context& context, const service::RootReport& root) {
  if (root.skip_reasons.empty()) return;
  if (!context.verbose()) {
    context.messages().hint("`tcm index -v` says which entries were skipped and why");
    return;
  }
  for (const service::Skipped& skipped : root.skipped)
    context.messages().warning(fmt::format("{}/{}: skipped: {}{}{}", root.path, skipped.name,
                                           reason_text(skipped.reason), skipped.detail.empty() ? "" : ": ",
                                           skipped.detail));
  const std::int64_t more = root.skipped_count() - static_cast<std::int64_t>(root.skipped.size());
  if (more > 0) context.messages().warning(fmt::format("{}: {} more skipped", root.path, more));
}

void print_table(Context& context, const service::IndexReport& report) {
  for (const service::RootReport& root : report.roots) print_root(context, root);
  const auto count = [](std::int64_t n) { return util::format_count(static_cast<std::uint64_t>(n)); };
  context.out().write(
      fmt::format("Kernels in the index: {} before, {} now.\n", count(report.before), count(report.now)));
  context.out().flush();
  for (const service::RootReport& root : report.roots) explain_skipped(context, root);
}

/// No index is made for directories that are not there; one that exists forgets what has gone.
Result<index::Index> open_for(const service::IndexRequest& request, Context& context) {
  const auto is_there = [](const std::string& directory) {
    std::error_code error;
    return std::filesystem::exists(directory, error) || error;
  };
  const bool any = std::any_of(request.cache_dirs.begin(), request.cache_dirs.end(), is_there);
  if (any || has_index(context)) return context.open_index(index::OpenMode::create);
  TCM_ASSIGN(ChangeableIndex held, open_in_memory(context));
  return std::move(held.index);
}

ExitCode run_index(const IndexOptions& options, Context& context) {
  service::IndexRequest request;
  request.cache_dirs = context.settings().cache_dirs.value;
  request.jobs = context.settings().jobs.value;
  request.full_rescan = options.full_rescan;
  request.layout = model::value_of<model::Layout>(model::kLayouts, context.settings().layout.value);

  auto index = open_for(request, context);
  if (!index) return context.report(index.error());
  service::IndexProgress progress;
  Result<service::IndexReport> report;
  {
    const InterruptGuard interrupts(progress.stop, *index);
    const ProgressWatch watch(context, "Indexing", [&progress](Progress& line) {
      line.set(progress.seen.load(std::memory_order_relaxed), progress.bytes.load(std::memory_order_relaxed));
    });
    report = service::index_caches(request, *index, context.backends(), progress);
  }
  if (!report) return context.report(report.error());

  const Format format = format_of(options.output);
  if (format == Format::json || format == Format::jsonl)
    write_json(context, *report, format);
  else
    print_table(context, *report);
  for (const Error& failure : report->failures) context.messages().error(failure);
  return finish_output(context, report->partial() ? ExitCode::partial : ExitCode::ok);
}

}  // namespace

void add_index_command(CLI::App& app, Invocation& invocation, GlobalOptions& globals) {
  auto options = std::make_shared<IndexOptions>();
  CLI::App* command = app.add_subcommand("index", "Bring the index in step with the caches on disk");
  command
      ->add_option("--cache-dir", globals.flags.cache_dirs,
                   "Cache directory to read (repeatable). Default: TCM_CACHE_DIR, TCM_TRITON_CACHE_DIR, "
                   "TRITON_CACHE_DIR, $TRITON_HOME/.triton/cache, ~/.triton/cache")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_option("--layout", globals.flags.layout, help_of("layout"))->type_name("LAYOUT");
  command->add_option("-j,--jobs", globals.flags.jobs, help_of("jobs"))->type_name("N");
  command->add_flag("--full-rescan", options->full_rescan, "Read every entry again, changed or not");
  command->add_option("-o,--output", options->output.format, "Form of the output")
      ->check(CLI::IsMember({"table", "json", "jsonl"}))
      ->type_name("FORMAT");
  command->add_flag("--json", options->output.json, "Short for -o json");
  command->footer(
      "Examples:\n"
      "  tcm index                                   the cache that Triton uses here\n"
      "  tcm index --cache-dir ~/.cache/vllm         every root below a vLLM cache\n"
      "  tcm index -v                                say which entries were skipped and why");
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_index(*options, context); };
  });
}

}  // namespace tcm::cli
