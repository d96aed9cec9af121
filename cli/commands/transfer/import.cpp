// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/import.hpp"

#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/transfer/transfers.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/open_index.hpp"
#include "core/service/plan/expired.hpp"

namespace tcm::cli {
namespace {

struct ImportOptions {
  std::vector<std::string> sources;
  std::string cache_dir;
  std::string verify_with;
  bool replace = false;
  bool link = false;
  bool dry_run = false;
  OutputOptions output;
};

/// Where the entries that others replace are kept.
Result<std::string> trash_id_for(const std::string& cache_dir, const Context& context) {
  TCM_ASSIGN(ChangeableIndex held, open_to_change(context, true));
  std::vector<Error> ignored;  // a directory that is not there yet has no trash
  const service::RootSet roots = service::RootSet::open({cache_dir}, ignored);
  return service::new_trash_id(roots, held.index, context.now_ns());
}

Result<service::ImportRequest> request_of(const ImportOptions& options, const Context& context) {
  service::ImportRequest request;
  bool has_directory = false;
  bool all_archives = true;
  int streams = 0;
  for (const std::string& word : options.sources) {
    TCM_ASSIGN(service::Place place, service::place_to_read(word));
    has_directory |= place.kind == service::Place::Kind::directory;
    all_archives &= place.kind == service::Place::Kind::archive;
    streams += place.kind == service::Place::Kind::stream ? 1 : 0;
    request.sources.push_back(std::move(place));
  }
  if (streams > 1) return fail(ErrorCode::usage, "- is given more than once");
  if (options.link && !has_directory)
    return fail(ErrorCode::usage, "--link shares the files of a dir:PATH; archives hold no files to be shared");
  if (!options.verify_with.empty() && !all_archives)
    return fail(ErrorCode::usage, "--verify-with verifies archives in files; of an image ask `cosign verify IMAGE`");
  const std::vector<std::string> given =
      options.cache_dir.empty() ? std::vector<std::string>() : std::vector{options.cache_dir};
  TCM_ASSIGN(request.cache_dir, one_cache_dir(context, given));
  request.layout = layout_of(context);
  request.replace = options.replace;
  request.link = options.link;
  request.verify_with = options.verify_with;
  request.dry_run = options.dry_run;
  if (options.replace) {
    TCM_ASSIGN(request.trash_id, trash_id_for(request.cache_dir, context));
  }
  return request;
}

}  // namespace

void add_import_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand("import", "Take entries from archives or other caches, checked one by one");
  command
      ->add_option("SOURCE", options->sources,
                   "What tcm export wrote, or any tar of a cache (plain, gzip or zstd); - for standard input; dir:PATH "
                   "for another cache directory; oci:DIR[:TAG] or docker://IMAGE for an image")
      ->required();
  CLI::Option* const cache_dir =
      command->add_option("--cache-dir", options->cache_dir, "Into this cache directory or root; made if missing")
          ->type_name("DIR");
  must_not_be_empty(*cache_dir, "a directory");
  CLI::Option* const verify_with =
      command
          ->add_option("--verify-with", options->verify_with,
                       "Take an archive only if this command, in which {} is its path, ends with exit code 0")
          ->type_name("COMMAND");
  must_not_be_empty(*verify_with, "a command");
  command->add_flag("--replace", options->replace,
                    "Where another entry of the same key is there, take the new one; the old one goes into the trash");
  command->add_flag("--link", options->link,
                    "Share files with a dir:PATH on the same file system, in place of copying them");
  command->add_flag("--dry-run", options->dry_run, "Check everything, and let nothing into the cache");
  add_output_option(*command, options->output, {"table", "json"});
  end_help(*command,
           "Every entry is unpacked next to the cache and checked there: against the manifest,\n"
           "if there is one, against its key, by its backend, and that Triton will hit. Then\n"
           "it is moved in, whole, and never in the place of another. An import that was\n"
           "killed can simply be run again.\n\n"
           "Examples:\n"
           "  tcm import kernels.tar.zst\n"
           "  tcm import --cache-dir /local/cache --link dir:/shared/cache\n"
           "  tcm import dir:rank_0 dir:rank_1 dir:rank_2     merges what several ranks compiled\n"
           "  tcm import --verify-with 'minisign -Vp release.pub -m' kernels.tar.zst\n"
           "  tcm import --dry-run --json kernels.tar.zst",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy, ExitCode::interrupted});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) {
      auto request = request_of(*options, context);
      if (!request) return context.report(request.error());
      return run_import(*request, nullptr, "Imported", format_of(options->output), context);
    };
  });
}

}  // namespace tcm::cli
