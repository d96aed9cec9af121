// SPDX-License-Identifier: Apache-2.0
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/candidates.hpp"
#include "cli/show/compare/cache_diff.hpp"
#include "cli/show/compare/entry_diff.hpp"
#include "cli/show/compare/unified.hpp"
#include "core/service/compare/cache_diff.hpp"
#include "core/service/compare/entry_diff.hpp"
#include "core/service/compare/sides.hpp"

namespace tcm::cli {
namespace {

struct DiffOptions {
  std::string a;
  std::string b;
  std::string file;
  std::vector<std::string> caches;
  service::FilterWords filters;
  OutputOptions output;
};

using Sides = std::pair<service::Side, service::Side>;

/// What is compared, or the exit code of a run that has said why it cannot.
tl::expected<Sides, ExitCode> find_sides(const DiffOptions& options, index::Index& index, Context& context) {
  if (options.a.empty()) {
    auto newest = service::newest_two(options.filters, index, context.backends(), context.now_ns());
    if (!newest) return tl::unexpected(context.report(newest.error()));
    return std::move(*newest);
  }
  Sides sides;
  for (const auto& [word, side] : {std::pair(&options.a, &sides.first), std::pair(&options.b, &sides.second)}) {
    auto found = service::find_side(*word, options.filters, index, context.backends(), context.now_ns());
    if (!found) return tl::unexpected(context.report(found.error()));
    if (!found->side) {
      print_candidates(context, index.columns(), found->ambiguous, *word);
      return tl::unexpected(ExitCode::usage);
    }
    *side = std::move(*found->side);
  }
  return sides;
}

ExitCode print_text(Context& context, const service::TextDiff& text) {
  print_unified(context, text);
  context.out().flush();
  if (text.equal())
    context.messages().note("The files are equal.");
  else if (text.binary)
    context.messages().note(fmt::format("Binary files {} and {} differ.", text.path_a, text.path_b));
  return finish_output(context, ExitCode::ok);
}

ExitCode diff_two(const DiffOptions& options, Context& context) {
  auto index = open_to_read(context);
  if (!index) return context.report(index.error());
  const auto sides = find_sides(options, *index, context);
  if (!sides) return sides.error();
  const auto& [a, b] = *sides;
  const Format format = format_of(options.output);
  service::TextDiff text;
  if (!options.file.empty()) {
    if (const auto compared = service::diff_files(a, b, options.file, text); !compared)
      return context.report(compared.error());
    if (!is_machine_format(format)) return print_text(context, text);
  }
  const service::EntryDiff diff = service::diff_entries(a, b, index->columns());
  if (is_machine_format(format))
    write_entry_diff(context, a, b, diff, options.file.empty() ? nullptr : &text, format);
  else
    print_entry_diff(context, a, b, diff);
  return finish_output(context, ExitCode::ok);
}

ExitCode diff_directories(const DiffOptions& options, Context& context) {
  std::atomic<bool> stop = false;
  const InterruptGuard interrupts(stop, nullptr);
  CacheDiffOutput output(context, format_of(options.output));
  const auto totals = service::diff_caches(options.caches[0], options.caches[1], context.backends(), stop,
                                           [&](const service::DifferingEntry& entry) { output.add(entry); });
  if (!totals) return context.report(totals.error());
  output.finish(*totals);
  return finish_output(context, totals->unread.empty() ? ExitCode::ok : ExitCode::partial);
}

ExitCode run_diff(const DiffOptions& options, Context& context) {
  if (!options.caches.empty()) return diff_directories(options, context);
  if (options.a.empty() == options.b.empty() && (!options.a.empty() || !service::is_empty(options.filters)))
    return diff_two(options, context);
  return context.report({ErrorCode::usage,
                         "diff compares two: give two keys or paths, --name NAME for the newest two of a name, or "
                         "--caches DIR1 DIR2"});
}

}  // namespace

void add_diff_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand("diff", "Compare two kernels, or two caches");
  command->add_option("A", options->a, "A key, its beginning, a name or a path, as show takes it");
  command->add_option("B", options->b, "The other one; without both, the newest two that match the filters");
  CLI::Option* const file =
      command
          ->add_option("--file", options->file,
                       "Print the differences of this file: its name, its type (ttgir) or its kind (assembly)")
          ->type_name("ARTIFACT");
  must_not_be_empty(*file, "a file of both entries, such as ttgir");
  command->add_option("--caches", options->caches, "Compare two cache directories, entry by entry, without an index")
      ->expected(2)
      ->type_name("DIR")
      ->excludes("A", "B", "--file");
  add_filter_options(*command, options->filters);
  add_host_options(*command, options->filters);
  add_output_option(*command, options->output, {"table", "json", "jsonl"});
  end_help(*command,
           "Examples:\n"
           "  tcm diff NK47D24P 7QMWRBTA                  what differs between two kernels\n"
           "  tcm diff -n matmul_kernel -a 90             between the newest two of a name\n"
           "  tcm diff -n matmul_kernel --file ttgir      their intermediate forms, line by line\n"
           "  tcm diff --caches ~/.triton/cache /mnt/c    what one cache has and the other has not",
           {ExitCode::partial, ExitCode::missing, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_diff(*options, context); };
  });
}

}  // namespace tcm::cli
