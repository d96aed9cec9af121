// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
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
#include "cli/run/open_index.hpp"
#include "cli/show/elsewhere.hpp"
#include "core/service/doctor/discover.hpp"
#include "core/service/scan/index_service.hpp"
#include "core/service/scan/known_dirs.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

struct IndexOptions {
  bool discover = false;
  bool full_rescan = false;
  bool digests = false;
  std::vector<std::string> forget;
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
  json.field("absent", root.absent);
  json.field("elsewhere", root.elsewhere);
  json.field("digests", root.digests);
  const auto write_reasons = [&json](const char* name, const std::map<model::SkipReason, std::int64_t>& reasons) {
    json.key(name).begin_object();
    for (const auto& [reason, count] : reasons) json.field(to_string(reason), count);
    json.end_object();
  };
  json.field("broken", root.broken_count());
  write_reasons("broken_reasons", root.broken_reasons);
  json.field("skipped", root.skipped_count());
  write_reasons("skip_reasons", root.skip_reasons);
  json.key("skipped_entries").begin_array();
  for (const service::Skipped& skipped : root.skipped) {
    json.begin_object();
    json.field("key", skipped.name);
    json.field("broken", skipped.broken);
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

void print_absent(Context& context, const service::RootReport& root) {
  context.out().write(
      fmt::format("{}  is not here now\n  {} in {} stay in the index, with their hits; `tcm index "
                  "--forget DIR` forgets them\n",
                  util::escape_control(root.path), counted(root.kernels, "kernel", "kernels"),
                  counted(root.entries, "entry", "entries")));
}

void print_root(Context& context, const service::RootReport& root) {
  if (root.absent) return print_absent(context, root);
  std::string line = fmt::format("{}  {} in {}  {}", util::escape_control(root.path),
                                 counted(root.kernels, "kernel", "kernels"), counted(root.entries, "entry", "entries"),
                                 util::format_bytes(static_cast<std::uint64_t>(root.bytes)));
  line += fmt::format("\n  {} new  {} changed  {} gone  {} unchanged", count_text(root.added), count_text(root.changed),
                      count_text(root.gone), count_text(root.unchanged));
  if (root.broken_count() > 0) line += fmt::format("  {} broken", count_text(root.broken_count()));
  line += fmt::format("  {} skipped", count_text(root.skipped_count()));
  if (root.layout != model::Layout::triton) line += fmt::format("  (layout {})", to_string(root.layout));
  if (root.digests > 0) line += fmt::format("\n  {} recorded", counted(root.digests, "digest", "digests"));
  context.out().write(line + "\n");
  const auto write_reasons = [&](std::string_view what, const std::map<model::SkipReason, std::int64_t>& reasons) {
    for (const auto& [reason, number] : reasons)
      context.out().write(
          fmt::format("  {} {}: {} ({})\n", what, count_text(number), text_of(reason), to_string(reason)));
  };
  write_reasons("broken", root.broken_reasons);
  write_reasons("skipped", root.skip_reasons);
}

bool explain_skipped(Context& context, const service::RootReport& root) {
  if (!context.verbose()) return root.broken_count() + root.skipped_count() > 0;
  for (const service::Skipped& skipped : root.skipped)
    context.messages().warning(fmt::format("{}/{}: {}: {}{}{}", root.path, skipped.name,
                                           skipped.broken ? "broken" : "skipped", text_of(skipped.reason),
                                           skipped.detail.empty() ? "" : ": ", skipped.detail));
  const std::int64_t more = root.broken_count() + root.skipped_count() - static_cast<std::int64_t>(root.skipped.size());
  if (more > 0) context.messages().warning(fmt::format("{}: {} more broken or skipped", root.path, more));
  return false;
}

/// What to do about it, last of all.
void hint(Context& context, const service::IndexReport& report, bool unexplained) {
  const bool broken = std::any_of(report.roots.begin(), report.roots.end(),
                                  [](const service::RootReport& root) { return root.broken_count() > 0; });
  std::int64_t elsewhere = 0;
  for (const service::RootReport& root : report.roots) elsewhere += root.elsewhere;
  note_elsewhere(context, elsewhere);
  if (unexplained) context.messages().hint("`tcm index -v` says which entries are broken or were skipped, and why");
  if (!broken) return;
  context.messages().hint("`tcm list --kind broken` shows the broken entries, which make jobs fail");
  context.messages().hint("`tcm repair` repairs or removes them; removed ones are recompiled on next use");
}

void print_table(Context& context, const service::IndexReport& report) {
  for (const service::RootReport& root : report.roots) print_root(context, root);
  context.out().write(
      fmt::format("Kernels in the index: {} before, {} now.\n", count_text(report.before), count_text(report.now)));
  context.out().flush();
  bool unexplained = false;
  for (const service::RootReport& root : report.roots) unexplained |= explain_skipped(context, root);
  hint(context, report, unexplained);
}

ExitCode run_forget(const IndexOptions& options, Context& context) {
  auto index = context.open_index(index::OpenMode::read);
  if (!index) return context.report(index.error());
  const auto forgotten = service::forget_caches(options.forget, *index);
  if (!forgotten) return context.report(forgotten.error());
  const Format format = format_of(options.output);
  if (format == Format::json || format == Format::jsonl) {
    JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    json.begin_object().field("schema", 1).field("forgotten_roots", forgotten->roots);
    json.field("forgotten_entries", forgotten->entries).end_object();
  } else {
    context.out().write(fmt::format("Forgot {} with {}. Nothing on the disk was touched.\n",
                                    counted(forgotten->roots, "root", "roots"),
                                    counted(forgotten->entries, "entry", "entries")));
  }
  return finish_output(context, ExitCode::ok);
}

/// What to read: the directories that were named for this run, or else all that tcm knows of, and what was found.
Result<std::vector<std::string>> chosen_dirs(const Context& context, bool by_shape,
                                             const std::vector<std::string>& discovered, index::Index& index) {
  const auto& dirs = context.settings().cache_dirs;
  if (!discovered.empty()) {
    // The default is among them where it is there.
    const bool chosen = dirs.origin.source != config::Source::default_value;
    std::vector<std::string> all = chosen ? dirs.value : std::vector<std::string>();
    all.insert(all.end(), discovered.begin(), discovered.end());
    return service::with_known_dirs(all, !chosen, index);
  }
  // A layout is of one directory: it is not laid over the others.
  if (dirs.origin.source == config::Source::flag || !by_shape) return dirs.value;
  return service::with_known_dirs(dirs.value, dirs.origin.source == config::Source::default_value, index);
}

/// No index is made for directories that are not there; one that exists keeps or forgets what it knows of them.
Result<index::Index> open_to_index(const Context& context, const std::vector<std::string>& discovered) {
  const auto is_there = [](const std::string& directory) {
    std::error_code error;
    return std::filesystem::exists(directory, error) || error;
  };
  const std::vector<std::string>& dirs = context.settings().cache_dirs.value;
  if (!discovered.empty() || std::any_of(dirs.begin(), dirs.end(), is_there) || has_index(context))
    return context.open_index(index::OpenMode::create);
  TCM_ASSIGN(ChangeableIndex held, open_in_memory(context));
  return std::move(held.index);
}

ExitCode run_index(const IndexOptions& options, Context& context) {
  if (!options.forget.empty()) return run_forget(options, context);
  std::vector<std::string> discovered;
  if (options.discover) discovered = service::discovered_cache_dirs(cache::place_environment(), "/proc");
  auto index = open_to_index(context, discovered);
  if (!index) return context.report(index.error());
  service::IndexRequest request;
  request.jobs = context.settings().jobs.value;
  request.full_rescan = options.full_rescan;
  request.digests = options.digests;
  request.forget_after_ns = context.settings().forget_after_ns.value;
  // What lies where is not known before it is found: a layout of the settings is of the directory that they name.
  if (!options.discover)
    request.layout = model::value_of<model::Layout>(model::kLayouts, context.settings().layout.value);
  auto dirs = chosen_dirs(context, !request.layout, discovered, *index);
  if (!dirs) return context.report(dirs.error());
  request.cache_dirs = std::move(*dirs);

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
                   "TRITON_CACHE_DIR, $TRITON_HOME/.triton/cache, ~/.triton/cache; and all that the index knows")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_option("DIR", globals.flags.cache_dirs, "The same as --cache-dir DIR")->excludes("--cache-dir");
  command->add_option("--layout", globals.flags.layout, help_of("layout"))->type_name("LAYOUT");
  command->add_option("-j,--jobs", globals.flags.jobs, help_of("jobs"))->type_name("N");
  command
      ->add_flag("--discover", options->discover,
                 "Find the caches of this user, too: those that variables, the defaults of tools and running processes "
                 "name")
      ->excludes("DIR", "--cache-dir", "--layout");
  command->add_flag("--full-rescan", options->full_rescan, "Read every entry again, changed or not");
  command->add_flag("--digests", options->digests,
                    "Record SHA-256 of binaries and helper modules where it is not known yet, for verify --deep");
  command
      ->add_option("--forget", options->forget,
                   "Only forget what the index knows about this directory, including hits (repeatable)")
      ->allow_extra_args(false)
      ->excludes("DIR", "--cache-dir", "--discover", "--full-rescan", "--digests")
      ->type_name("DIR");
  add_output_option(*command, options->output, {"table", "json", "jsonl"});
  end_help(*command,
           "Examples:\n"
           "  tcm index                                   the cache that Triton uses here, and all known ones\n"
           "  tcm index ~/.cache/vllm                     every root below a vLLM cache\n"
           "  tcm index --discover                        every cache of yours on this machine\n"
           "  tcm index --forget /mnt/old                 for a cache that does not come back\n"
           "  tcm index -v                                say which entries were skipped and why",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_index(*options, context); };
  });
}

}  // namespace tcm::cli
