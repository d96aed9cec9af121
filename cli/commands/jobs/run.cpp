// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/output/own_stdout.hpp"
#include "cli/run/help.hpp"
#include "core/service/hits/tracker.hpp"
#include "core/util/system/file.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/system/write_all.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace fs = std::filesystem;
namespace {

struct RunOptions {
  std::vector<std::string> command;
  std::string json;
  bool fail_on_miss = false;
};

constexpr std::size_t kSlowest = 10;
// As shells and `env` have it.
constexpr int kNotFound = 127;
constexpr int kNotRun = 126;

std::string seconds(std::int64_t microseconds) {
  return fmt::format("{:.1f} s", static_cast<double>(microseconds) / 1e6);
}

std::string time_of(const service::MissedKernel& kernel) {
  return kernel.compiled == 0 ? "failed" : fmt::format("{:.2f} s", static_cast<double>(kernel.compile_us) / 1e6);
}

void print_missed(Sink& out, const service::JobSum& sum) {
  if (sum.missed.empty()) return;
  out.write(sum.missed.size() == 1 ? "The miss:\n" : "The slowest misses:\n");
  for (std::size_t i = 0; i < std::min(sum.missed.size(), kSlowest); ++i) {
    const service::MissedKernel& kernel = sum.missed[i];
    out.write(fmt::format("  {:>9}  {}  {}{}\n", time_of(kernel), util::escape_control(kernel.key.substr(0, 8)),
                          util::escape_control(kernel.name),
                          kernel.misses > 1 ? fmt::format("  ({} times)", count_text(kernel.misses)) : ""));
  }
  if (sum.missed.size() > kSlowest)
    out.write(fmt::format("  {} more\n", count_text(static_cast<std::uint64_t>(sum.missed.size() - kSlowest))));
  for (const auto& [root, count] : sum.new_in)
    out.write(fmt::format("New: {} in {}\n", counted(count, "entry", "entries"),
                          root.empty() ? "a cache of its own" : util::escape_control(root)));
}

void print(Sink& out, const service::JobSum& sum) {
  if (sum.kernels == 0) return out.write("\nNo look-up of a kernel was seen.\n");
  out.write(fmt::format("\n{} looked up in {}: {}, {}", counted(sum.kernels, "kernel", "kernels"),
                        counted(sum.processes, "process", "processes"), counted(sum.hits, "hit", "hits"),
                        counted(sum.misses, "miss", "misses")));
  if (sum.misses > 0) out.write(fmt::format("; {} spent compiling", seconds(sum.compile_us)));
  out.write("\n");
  if (sum.loaded > 0)
    out.write(fmt::format("Of the hits {} loaded by path, without a look-up.\n",
                          sum.loaded == 1 ? "one was" : count_text(sum.loaded) + " were"));
  print_missed(out, sum);
}

void write_missed(JsonWriter& json, const service::JobSum& sum) {
  json.key("missed").begin_array();
  for (const service::MissedKernel& kernel : sum.missed) {
    json.begin_object();
    json.field("name", kernel.name).field("key", kernel.key).field("root", kernel.root);
    json.field("misses", kernel.misses).field("compiled", kernel.compiled);
    json.field("seconds", static_cast<double>(kernel.compile_us) / 1e6);
    json.end_object();
  }
  json.end_array();
  json.key("new").begin_array();
  for (const auto& [root, count] : sum.new_in)
    json.begin_object().field("root", root).field("entries", count).end_object();
  json.end_array();
}

/// A terminal, /dev/null: written to, not replaced.
bool is_device(const std::string& path) {
  std::error_code error;
  return fs::is_character_file(path, error);
}

/// Before a job of hours, not after it.
Result<void> check_json_place(const std::string& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error) || is_device(path)) return {};
  if (fs::exists(path, error)) return fail(ErrorCode::usage, path + ": is not a file; name a file for --json");
  const fs::path directory = fs::path(path).parent_path();
  if (directory.empty() || fs::is_directory(directory, error)) return {};
  return fail(ErrorCode::missing, path + ": its directory does not exist; make it first");
}

Result<void> write_json(const RunOptions& options, const service::TrackedRun& run) {
  std::string text;
  {
    Sink sink(text);
    JsonWriter json(sink, JsonWriter::Style::pretty);
    json.begin_object().field("schema", 1);
    json.key("command").begin_array();
    for (const std::string& word : options.command) json.value(word);
    json.end_array();
    const service::JobSum& sum = run.sum;
    json.field("exit_code", run.exit_code).field("processes", sum.processes).field("lookups", sum.lookups);
    json.field("kernels", sum.kernels).field("hits", sum.hits).field("misses", sum.misses);
    json.field("loaded", sum.loaded).field("compile_seconds", static_cast<double>(sum.compile_us) / 1e6);
    json.field("unreadable_lines", sum.unreadable);
    write_missed(json, sum);
    json.end_object();
  }
  if (!is_device(options.json)) return util::replace_file(options.json, text);
  TCM_ASSIGN(const util::Fd device, util::open_to_append(options.json));
  if (const int error = util::write_all(device.get(), text); error != 0)
    return util::system_error(options.json + ": cannot be written", error);
  return {};
}

/// What the exit code is when the command has done its work.
ExitCode judge(const RunOptions& options, const service::JobSum& sum, Context& context) {
  if (sum.unreadable > 0)
    context.messages().warning(
        fmt::format("{} of the logs cannot be read and are not counted", counted(sum.unreadable, "line", "lines")));
  if (sum.kernels == 0 && options.fail_on_miss) {
    context.messages().error("no look-up was seen, so the misses are unknown (see tcm help run)");
    return ExitCode::failed;
  }
  if (sum.kernels == 0)
    context.messages().hint("a Python that ignores PYTHONPATH (-I, -E) is not counted; see `tcm hits setup`");
  return options.fail_on_miss && sum.misses > 0 ? ExitCode::compiled : ExitCode::ok;
}

ExitCode run_run(const RunOptions& options, Context& context) {
  if (!options.json.empty())
    if (const auto place = check_json_place(options.json); !place) return context.report(place.error());
  const auto run = service::run_tracked(options.command, ::fileno(own_stdout()));
  if (!run) return context.report(run.error());
  if (run->not_run)
    return static_cast<ExitCode>(context.report(*run->not_run) == ExitCode::missing ? kNotFound : kNotRun);
  {
    Sink out(stderr);
    print(out, run->sum);
    static_cast<void>(out.finish());  // nobody is left to tell
  }
  ExitCode code = judge(options, run->sum, context);
  if (!options.json.empty())
    if (const auto written = write_json(options, *run); !written) code = worse(code, context.report(written.error()));
  // The command has done its work; that nothing is known of it fails only who asked.
  if (run->unread) {
    const ExitCode unread = context.report(*run->unread);
    if (options.fail_on_miss) code = unread;
  }
  return run->exit_code != 0 ? static_cast<ExitCode>(run->exit_code) : code;
}

}  // namespace

void add_run_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Run a command and report which kernels it had to compile");
  command->add_option("COMMAND", options->command, "The command and its arguments, after --")->required();
  command->add_option("--json", options->json, "Also write the report to FILE, as JSON")->type_name("FILE");
  command->add_flag("--fail-on-miss", options->fail_on_miss, "End with exit code 8 when a kernel was compiled");
  end_help(*command,
           "The tracker in the command's environment counts the look-ups of every Python\n"
           "process. The report goes to stderr when the command has ended. The exit code is\n"
           "the command's: 128 + n when signal n ended it, 127 when the command does not\n"
           "exist, 126 when it cannot be run.\n\n"
           "Examples:\n"
           "  tcm run -- python train.py --steps 1\n"
           "  tcm run --json run.json -- torchrun --nproc-per-node 8 train.py\n"
           "  tcm run --fail-on-miss -- python -m myserver --warm-up",
           {ExitCode::compiled});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_run(*options, context); };
  });
}

}  // namespace tcm::cli
