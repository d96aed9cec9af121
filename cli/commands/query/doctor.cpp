// SPDX-License-Identifier: Apache-2.0
#include "core/service/doctor/doctor.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/show/doctor.hpp"
#include "core/config/files.hpp"
#include "core/config/variables.hpp"

namespace tcm::cli {
namespace {

ExitCode run_doctor(const OutputOptions& output, Context& context) {
  service::DoctorRequest request{.settings = context.settings()};
  request.broken_settings = context.broken_settings();
  request.settings_files = config::find_files(config::standard_files());
  request.unknown_variables = config::unknown_variables(config::variables_of_process());
  request.environment = cache::place_environment();
  request.timeout = context.timeout();
  request.open_index = [&context] { return context.open_index(index::OpenMode::read); };
  request.now_ns = context.now_ns();

  cache::DiskMeter meter(service::kMostNamesLookedAt);
  service::DoctorReport report;
  {
    const InterruptGuard interrupts(meter.stop, nullptr);
    const ProgressWatch watch(context, "Examining", [&meter](Progress& line) {
      line.set(meter.seen.load(std::memory_order_relaxed), meter.bytes.load(std::memory_order_relaxed));
    });
    report = service::examine(request, context.backends(), meter);
  }
  if (meter.stop) return ExitCode::interrupted;
  const Format format = format_of(output);
  if (is_machine_format(format))
    write_examination(context, report, format);
  else
    print_examination(context, report);
  return finish_output(context, report.count(cache::Severity::error) > 0 ? ExitCode::damaged : ExitCode::ok);
}

}  // namespace

void add_doctor_command(CLI::App& app, Invocation& invocation) {
  auto output = std::make_shared<OutputOptions>();
  CLI::App* command = app.add_subcommand("doctor", "Look at all kernel caches of this machine and what surrounds them");
  add_output_option(*command, *output, {"table", "json", "jsonl"});
  end_help(*command,
           "Reads only: caches, mounts, backends, the index, settings and running processes.\n\n"
           "Examples:\n"
           "  tcm doctor                                  what is wrong, and what to do about it\n"
           "  tcm doctor -o json                          for a monitor; exit code 4 tells of errors",
           {ExitCode::damaged, ExitCode::interrupted});
  command->callback([output, &invocation] {
    invocation.survives_broken_files = true;
    invocation.needs_log = false;
    invocation.command = [output](Context& context) { return run_doctor(*output, context); };
  });
}

}  // namespace tcm::cli
