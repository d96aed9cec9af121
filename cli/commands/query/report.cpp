// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/query/report.hpp"

#include <set>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/numbers.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/open_index.hpp"
#include "cli/run/version.hpp"
#include "cli/show/absent.hpp"
#include "cli/show/report/page.hpp"
#include "core/service/report/report.hpp"
#include "core/util/system/output_file.hpp"

namespace tcm::cli {
namespace {

struct ReportOptions {
  std::string html;
  service::FilterWords filters;
};

Result<void> write_file(const std::string& path, const std::string& page) {
  TCM_ASSIGN(util::OutputFile file, util::OutputFile::create(path));
  TCM_TRY(file.write(page));
  return file.finish();
}

/// Whose caches they are, for the page's title; empty where no host has a name.
std::string hosts_text(const service::Report& report) {
  std::set<std::string> hosts;
  for (const index::RootRow& root : report.stats.roots)
    if (!root.host.empty()) hosts.insert(root.host);
  return hosts.size() > 1 ? counted(std::uint64_t{hosts.size()}, "host", "hosts") : hosts.empty() ? "" : *hosts.begin();
}

ExitCode run_report(const ReportOptions& options, Context& context) {
  auto index = open_to_read(context);
  if (!index) return context.report(index.error());
  const auto report = service::make_report(options.filters, *index, context.backends(), context.now_ns());
  if (!report) return context.report(report.error());
  const PageContext page{context.now_ns(), hosts_text(*report), std::string(kVersion)};
  // A page is a few hundred kilobytes, whatever the index holds.
  std::string text;
  Sink sink(text);
  write_report_page(sink, *report, index->columns(), page);
  if (options.html == "-") {
    context.out().write(text);
    return finish_output(context, ExitCode::ok);
  }
  if (const auto written = write_file(options.html, text); !written) return context.report(written.error());
  note_absent(context, report->stats.absent);
  context.messages().note(fmt::format("Written: {}.", options.html));
  return ExitCode::ok;
}

}  // namespace

void add_report_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      app.add_subcommand("report", "Write a page about the caches: sizes, ages, spills, duplicates, health");
  CLI::Option* const html = command->add_option("--html", options->html, "The file to write; - for standard output")
                                ->type_name("FILE")
                                ->required();
  must_not_be_empty(*html, "the path of a file, such as report.html");
  add_filter_options(*command, options->filters);
  add_host_options(*command, options->filters);
  end_help(*command,
           "Examples:\n"
           "  tcm report --html report.html               one file that any browser opens\n"
           "  tcm report --html - -a 90 > page.html       of one architecture",
           {ExitCode::missing});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_report(*options, context); };
  });
}

}  // namespace tcm::cli
