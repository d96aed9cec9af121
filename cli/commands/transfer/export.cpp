// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/export.hpp"

#include <filesystem>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/transfer/transfers.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/version.hpp"
#include "cli/show/transfer.hpp"
#include "core/service/plan/request.hpp"
#include "core/service/transfer/places/image.hpp"
#include "core/service/transfer/places/place.hpp"
#include "core/service/transfer/places/signature.hpp"
#include "core/service/verify/words.hpp"
#include "core/util/system/output_file.hpp"
#include "core/util/system/scratch.hpp"

namespace tcm::cli {
namespace {

struct ExportOptions {
  std::string destination;
  service::FilterWords filters;
  std::vector<std::string> drop;
  std::string place;
  std::string since;
  std::string sign_with;
  bool no_modules = false;
  bool dry_run = false;
  OutputOptions output;
};

Result<service::ExportRequest> request_of(const ExportOptions& options, const Context& context) {
  service::ExportRequest request;
  TCM_ASSIGN(request.selection.cache_dir, one_cache_dir(context, options.filters.cache_dirs));
  request.selection.layout = layout_of(context);
  request.selection.filters = options.filters;
  request.selection.filters.cache_dirs.clear();
  request.selection.modules = !options.no_modules;
  request.selection.jobs = context.settings().jobs.value;
  if (!options.drop.empty()) {
    TCM_ASSIGN(request.drop, service::parse_drop(options.drop));
  }
  if (!options.place.empty()) {
    TCM_ASSIGN(request.place, service::parse_place("--for", options.place));
  }
  request.since = options.since;
  request.tool = "tcm " + std::string(kVersion);
  request.jobs = context.settings().jobs.value;
  return request;
}

Result<service::ExportReport> run(const service::ExportRequest& request, index::Index* index,
                                  const cache::ArchiveWriter::Sink& sink, Context& context) {
  service::TransferProgress progress;
  const InterruptGuard interrupts(progress.stop, index);
  const ProgressWatch watch(context, "Exporting", [&progress](Progress& line) {
    line.expect(progress.expected.load(std::memory_order_relaxed));
    line.set(progress.entries.load(std::memory_order_relaxed), progress.bytes.load(std::memory_order_relaxed));
  });
  return service::export_entries(request, index, context.backends(), sink, progress);
}

Result<service::ExportReport> to_stream(const service::ExportRequest& request, index::Index* index, Context& context) {
  return run(
      request, index,
      [&context](std::string_view piece) -> Result<void> {
        context.out().write(piece);
        if (context.out().ok()) return {};
        return fail(ErrorCode::failed, "standard output: cannot be written");
      },
      context);
}

/// Signs what is in its place and whole, as it will be verified.
Result<void> sign(const std::string& path, const std::string& sign_with) {
  auto done = service::run_over_file(sign_with, path);
  if (done) return done;
  Error error = std::move(done).error();
  error.message += "; the archive was written and is not signed";
  return fail(std::move(error));
}

Result<service::ExportReport> to_file(const service::ExportRequest& request, index::Index* index,
                                      const std::string& path, const std::string& sign_with, Context& context) {
  TCM_ASSIGN(util::OutputFile file, util::OutputFile::create(path));
  auto report = run(
      request, index, [&file](std::string_view piece) { return file.write(piece); }, context);
  if (!report) return report;
  TCM_TRY(file.finish());
  if (!sign_with.empty()) TCM_TRY(sign(path, sign_with));
  report->is_signed = !sign_with.empty();
  return report;
}

Result<service::ExportReport> to_layout(const service::ExportRequest& request, index::Index* index,
                                        const std::string& directory, const std::string& tag, Context& context) {
  service::ExportRequest layer = request;
  layer.compression = cache::Compression::none;
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(directory, error).lexically_normal().string();
  return service::write_image(absolute, tag,
                              [&](const cache::ArchiveWriter::Sink& sink) { return run(layer, index, sink, context); });
}

Result<service::ExportReport> to_image(const service::ExportRequest& request, index::Index* index,
                                       const std::string& name, Context& context) {
  TCM_ASSIGN(const util::ScratchDirectory scratch, util::ScratchDirectory::create("tcm-image-"));
  TCM_ASSIGN(service::ExportReport report, to_layout(request, index, scratch.path(), "cache", context));
  TCM_TRY(service::copy_image("oci:" + scratch.path() + ":cache", name));
  return report;
}

/// Where the destination is one.
Result<service::ExportReport> to_pack(const service::ExportRequest& request, const service::Place& to,
                                      const std::string& sign_with, index::Index* index, Context& context) {
  switch (to.kind) {
    case service::Place::Kind::stream: return to_stream(request, index, context);
    case service::Place::Kind::layout: return to_layout(request, index, to.path, to.tag, context);
    case service::Place::Kind::image: return to_image(request, index, to.path, context);
    case service::Place::Kind::archive:
    case service::Place::Kind::directory: break;
  }
  return to_file(request, index, to.path, sign_with, context);
}

ExitCode to_directory(const ExportOptions& options, const service::ExportRequest& request, const service::Place& to,
                      index::Index* index, Context& context) {
  service::ImportRequest taken;
  service::Place from;
  from.kind = service::Place::Kind::directory;
  from.path = request.selection.cache_dir;
  from.word = "dir:" + from.path;
  taken.sources = {from};
  taken.cache_dir = to.path;
  taken.place = request.place;
  taken.dry_run = options.dry_run;
  taken.selection = request.selection;
  taken.drop = request.drop;
  return run_import(taken, index, "Exported", format_of(options.output), context);
}

/// Whether the destination goes together with the options.
Result<void> check_destination(const ExportOptions& options, const service::Place& to, const Context& context) {
  const bool to_stdout = to.kind == service::Place::Kind::stream && !options.dry_run;
  if (to_stdout && is_machine_format(format_of(options.output)))
    return fail(ErrorCode::usage, "-o json goes where the archive goes; name a file in place of -");
  if (to_stdout && context.out_terminal().is_tty)
    return fail(ErrorCode::usage, "an archive is nothing to show on a terminal; redirect it or name a file");
  if (to.kind == service::Place::Kind::directory && !options.since.empty())
    return fail(ErrorCode::usage, "--since is for archives; a directory is given only what it lacks, always");
  if (to.kind != service::Place::Kind::archive && !options.sign_with.empty())
    return fail(ErrorCode::usage, "--sign-with signs an archive in a file; sign an image with `cosign sign IMAGE`");
  return {};
}

ExitCode run_export(const ExportOptions& options, Context& context) {
  const auto to = service::place_to_write(options.destination);
  if (!to) return context.report(to.error());
  const auto request = request_of(options, context);
  if (!request) return context.report(request.error());
  if (auto fits = check_destination(options, *to, context); !fits) return context.report(fits.error());
  const bool is_stream = to->kind == service::Place::Kind::stream;
  const bool as_json = is_machine_format(format_of(options.output));
  auto index = index_for(context, request->selection);
  if (!index) return context.report(index.error());
  index::Index* const asked = *index ? &**index : nullptr;
  if (to->kind == service::Place::Kind::directory) return to_directory(options, *request, *to, asked, context);

  service::ExportRequest packed = *request;
  packed.compression = to->compression;
  packed.image = to->kind == service::Place::Kind::layout || to->kind == service::Place::Kind::image;
  const auto report =
      options.dry_run ? run(packed, asked, {}, context) : to_pack(packed, *to, options.sign_with, asked, context);
  if (!report) return context.report(report.error());
  if (as_json)
    write_export(context, *report, to->word, options.dry_run);
  else
    print_export(context, *report, to->word, options.dry_run, is_stream && !options.dry_run);
  context.out().flush();
  for (const Error& error : report->unread) context.messages().error(error);
  return finish_output(context, report->partial() ? ExitCode::partial : ExitCode::ok);
}

}  // namespace

void add_export_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Pack entries to be carried to another machine or container");
  command
      ->add_option("DEST", options->destination,
                   "x.tar.zst, x.tar.gz, x.tar, - for standard output, dir:PATH, oci:DIR[:TAG], docker://IMAGE")
      ->required();
  const std::string group = "What";
  CLI::Option* const place =
      command
          ->add_option("--for", options->place,
                       "Where the cache directory will be seen: groups name that [where a container's root looks]")
          ->type_name("PATH")
          ->group(group);
  must_not_be_empty(*place, "a path that begins with a slash");
  command->add_option("--drop", options->drop, "Leave these kinds of artifacts out: ir, assembly, source")
      ->allow_extra_args(false)
      ->type_name("KINDS")
      ->group(group);
  CLI::Option* const since =
      command->add_option("--since", options->since, "Only what this manifest, archive or image lacks")
          ->type_name("PLACE")
          ->group(group);
  must_not_be_empty(*since, "a manifest, an archive or an image");
  CLI::Option* const sign_with =
      command->add_option("--sign-with", options->sign_with, "Sign the archive with this command; {} is its path")
          ->type_name("COMMAND")
          ->group(group);
  must_not_be_empty(*sign_with, "a command");
  command->add_flag("--no-modules", options->no_modules, "Leave the helper modules out")->group(group);
  command->add_flag("--dry-run", options->dry_run, "Say what would be packed, and write nothing")->group(group);
  add_filter_options(*command, options->filters);
  add_output_option(*command, options->output, {"table", "json"});
  end_help(*command,
           "The cache is only read. What it cannot carry (damaged or unfinished entries) is\n"
           "left out and named. The same entries make the same bytes on every machine.\n\n"
           "Examples:\n"
           "  tcm export kernels.tar.zst                  all that jobs use\n"
           "  tcm export slim.tar.zst --drop ir,assembly  enough to run\n"
           "  tcm export - --glob 'flash_*' | ssh node tcm import -\n"
           "  tcm export img.tar.gz --for /models/triton  to be unpacked or mounted there\n"
           "  tcm export more.tar.zst --since kernels.tar.zst\n"
           "  tcm export kernels.tar.zst --sign-with 'minisign -Sm'\n"
           "  tcm export dir:/local/cache                 into another cache directory\n"
           "  tcm export docker://registry/kernels:1      as an image, by skopeo",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_export(*options, context); };
  });
}

}  // namespace tcm::cli
