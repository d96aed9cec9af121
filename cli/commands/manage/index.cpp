// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
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

void print_root(Context& context, const service::RootReport& root) {
  std::string line = fmt::format("{}  {} in {}  {}", util::escape_control(root.path),
                                 counted(root.kernels, "kernel", "kernels"), counted(root.entries, "entry", "entries"),
                                 util::format_bytes(static_cast<std::uint64_t>(root.bytes)));
  line += fmt::format("\n  {} new  {} changed  {} gone  {} unchanged  {} skipped", count_text(root.added),
                      count_text(root.changed), count_text(root.gone), count_text(root.unchanged),
                      count_text(root.skipped_count()));
  if (root.layout != model::Layout::triton) line += fmt::format("  (layout {})", to_string(root.layout));
  context.out().write(line + "\n");
  for (const auto& [reason, number] : root.skip_reasons)
    context.out().write(
        fmt::format("  skipped {}: {} ({})\n", count_text(number), reason_text(reason), to_string(reason)));
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
  context.out().write(
      fmt::format("Kernels in the index: {} before, {} now.\n", count_text(report.before), count_text(report.now)));
  context.out().flush();
  for (const service::RootReport& root : report.roots) explain_skipped(context, root);
}

ExitCode run_index(const IndexOptions& options, Context& context) {
  service::IndexRequest request;
  request.cache_dirs = context.settings().cache_dirs.value;
  request.jobs = context.settings().jobs.value;
  request.full_rescan = options.full_rescan;
  request.layout = model::value_of<model::Layout>(model::kLayouts, context.settings().layout.value);

  auto index = context.open_index(index::OpenMode::create);
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
  CLI::App* command = app.add_subcommand("index", "Update the index from the caches on disk");
  command
      ->add_option("--cache-dir", globals.flags.cache_dirs,
                   "Cache directory to read (repeatable). Default: TCM_CACHE_DIR, TCM_TRITON_CACHE_DIR, "
                   "TRITON_CACHE_DIR, $TRITON_HOME/.triton/cache, ~/.triton/cache")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_option("--layout", globals.flags.layout, help_of("layout"))->type_name("LAYOUT");
  command->add_option("-j,--jobs", globals.flags.jobs, help_of("jobs"))->type_name("N");
  command->add_flag("--full-rescan", options->full_rescan, "Read every entry again, changed or not");
  add_output_option(*command, options->output, {"table", "json", "jsonl"});
  end_help(*command,
           "Examples:\n"
           "  tcm index                                   the cache that Triton uses here\n"
           "  tcm index --cache-dir ~/.cache/vllm         every root below a vLLM cache\n"
           "  tcm index -v                                say which entries were skipped and why",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_index(*options, context); };
  });
}

}  // namespace tcm::cli
