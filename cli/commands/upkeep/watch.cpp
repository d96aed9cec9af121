// SPDX-License-Identifier: Apache-2.0
#include "core/service/upkeep/watch.hpp"

#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/upkeep/upkeep.hpp"
#include "cli/output/numbers.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
#include "core/service/upkeep/notify.hpp"
#include "core/util/system/env.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct WatchOptions {
  std::vector<std::string> cache_dirs;
  std::string metrics_file;
};

/// "/cache: 12 new, 1 changed, 3 gone"
void tell_look(Context& context, const service::IndexReport& report) {
  for (const service::RootReport& root : report.roots)
    if (context.verbose() && root.added + root.changed + root.gone > 0)
      context.out().write(fmt::format("{}: {} new, {} changed, {} gone\n", util::escape_control(root.path),
                                      count_text(root.added), count_text(root.changed), count_text(root.gone)));
  context.out().flush();
  for (const Error& failure : report.failures) context.messages().error(failure);
}

service::WatchHost host_of(const WatchOptions& options, Context& context) {
  service::WatchHost host;
  host.open_index = [&context] { return context.open_index(index::OpenMode::create); };
  host.upkeep = [&options, &context](std::int64_t now_ns) {
    return service::upkeep_request({options.cache_dirs, false}, context.settings(), now_ns);
  };
  host.ready = [&context] {
    context.messages().note("Watching; SIGTERM ends it.");
    service::notify_manager(util::get_env("NOTIFY_SOCKET").value_or(""), "READY=1");
  };
  host.looked = [&context](const service::IndexReport& report) { tell_look(context, report); };
  host.collected = [&context](const service::GcResult& result) { tell(context, result, util::now_ns()); };
  host.measured = [&options, &context](const service::Figures& figures) {
    keep_metrics(context, options.metrics_file, figures);
  };
  host.failed = [&context](const Error& error) { context.messages().error(error); };
  return host;
}

ExitCode run_watch(const WatchOptions& options, Context& context) {
  const auto wanted = service::upkeep_request({options.cache_dirs, false}, context.settings(), context.now_ns());
  if (!wanted) return context.report(wanted.error());
  if (!wanted->budget.any())
    context.messages().note("No budget is set, so nothing is removed; `tcm config set prune.max_size 50GiB` sets one.");
  // One that cannot be opened at all will not be able to be later.
  if (auto index = context.open_index(index::OpenMode::create); !index) return context.report(index.error());
  service::WatchRequest request;
  request.cache_dirs = options.cache_dirs.empty() ? wanted->cache_dirs : options.cache_dirs;
  request.default_dirs = wanted->default_dirs;
  request.layout = model::value_of<model::Layout>(model::kLayouts, context.settings().layout.value);
  request.jobs = context.settings().jobs.value;
  service::PruneProgress progress;
  const InterruptGuard interrupts(progress.index.stop, nullptr);
  const service::WatchHost host = host_of(options, context);
  if (auto watched = service::watch_caches(request, host, context.backends(), progress); !watched)
    return context.report(watched.error());
  return finish_output(context, ExitCode::ok);
}

}  // namespace

void add_watch_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command =
      app.add_subcommand("watch", "Keep the index in step, and caches within their budget, as jobs run");
  command->add_option("--cache-dir", options->cache_dirs, "Only this cache directory (repeatable)")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_option("--metrics-file", options->metrics_file, "Put figures there, for Prometheus (node_exporter)")
      ->type_name("FILE");
  end_help(*command,
           "SIGTERM and SIGINT end it with exit code 0.\n\n"
           "Examples:\n"
           "  tcm watch                             until it is ended\n"
           "  tcm gc --print-timer                  the unit tcm-watch.service, among others",
           {ExitCode::busy});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_watch(*options, context); };
  });
}

}  // namespace tcm::cli
