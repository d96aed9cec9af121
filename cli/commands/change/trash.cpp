// SPDX-License-Identifier: Apache-2.0
#include "core/service/change/trash.hpp"

#include <algorithm>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "cli/run/help.hpp"
#include "cli/show/confirm.hpp"
#include "core/util/system/user.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

struct TrashOptions {
  std::string id;
  std::vector<std::string> ids;
  std::vector<std::string> cache_dirs;
  bool yes = false;
  OutputOptions output;
};

service::TrashRequest request_of(const TrashOptions& options, const Context& context) {
  return service::trash_request(options.cache_dirs, context.settings());
}

bool is_json(const TrashOptions& options) {
  const Format format = format_of(options.output);
  return format == Format::json || format == Format::jsonl;
}

JsonWriter::Style style_of(const TrashOptions& options) {
  return format_of(options.output) == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact;
}

void write_failures(JsonWriter& json, const std::vector<Error>& failures) {
  json.key("failures").begin_array();
  for (const Error& failure : failures) json.value(failure.message);
  json.end_array();
}

void write_listing(const TrashOptions& options, const service::TrashListing& listing, Context& context) {
  JsonWriter json(context.out(), style_of(options));
  json.begin_object();
  json.field("schema", 1);
  json.key("bins").begin_array();
  for (const service::TrashRow& row : listing.rows) {
    json.begin_object();
    json.field("id", row.bin.id);
    json.field("root", row.root);
    json.field("entries", row.bin.entries);
    json.field("files", row.bin.files);
    json.field("bytes", row.bin.bytes);
    json.field("allocated_bytes", row.bin.allocated);
    json.field("made", util::format_rfc3339(row.bin.made_ns));
    json.field("expires", util::format_rfc3339(row.bin.made_ns + context.settings().prune.trash_keep_ns.value));
    json.field("user", util::user_name(row.bin.user));
    json.end_object();
  }
  json.end_array();
  write_failures(json, listing.failures);
  json.end_object();
}

/// Of another user's bin only its existence is sure.
std::vector<std::string> cells_of(const service::TrashRow& row, std::int64_t keep, std::int64_t now) {
  const auto known = [&row](std::string text) { return row.bin.ours ? std::move(text) : std::string("-"); };
  return {row.bin.id,
          known(count_text(row.bin.entries)),
          known(count_text(row.bin.files)),
          known(util::format_bytes(row.bin.bytes)),
          util::format_age(now, row.bin.made_ns),
          row.bin.made_ns + keep > now ? "in " + util::format_age(row.bin.made_ns + keep, now) : "next prune",
          row.root};
}

void print_listing(const service::TrashListing& listing, Context& context) {
  const std::int64_t now = util::now_ns();
  std::vector<Column> columns{{"id", "id"},
                              {"entries", "entries", Align::right},
                              {"files", "files", Align::right, 2},
                              {"size", "size", Align::right},
                              {"age", "age", Align::right, 1},
                              {"expires", "expires", Align::right, 4},
                              {"root", "root", Align::left, 3, true}};
  const auto is_ours = [](const service::TrashRow& row) { return row.bin.ours; };
  const bool shared = !std::all_of(listing.rows.begin(), listing.rows.end(), is_ours);
  if (shared) columns.insert(columns.begin() + 1, {"user", "user"});
  Table table(context.out(), std::move(columns), context.out_terminal());
  for (const service::TrashRow& row : listing.rows) {
    std::vector<std::string> cells = cells_of(row, context.settings().prune.trash_keep_ns.value, now);
    if (shared) cells.insert(cells.begin() + 1, util::user_name(row.bin.user));
    table.add_row(std::move(cells));
  }
  table.finish();
  context.out().flush();
  if (listing.rows.empty()) context.messages().note("The trash is empty.");
}

ExitCode run_list(const TrashOptions& options, Context& context) {
  auto index = context.open_index_if_any();
  if (!index) return context.report(index.error());
  const auto listing = service::list_trash(request_of(options, context), *index);
  if (!listing) return context.report(listing.error());
  if (is_json(options))
    write_listing(options, *listing, context);
  else
    print_listing(*listing, context);
  for (const Error& failure : listing->failures) context.messages().error(failure);
  return finish_output(context, listing->failures.empty() ? ExitCode::ok : ExitCode::partial);
}

ExitCode print_done(const TrashOptions& options, const service::TrashDone& done, std::string_view verb,
                    Context& context) {
  if (is_json(options)) {
    JsonWriter json(context.out(), style_of(options));
    json.begin_object();
    json.field("schema", 1);
    json.field("id", done.id);
    json.field("entries", done.entries);
    json.field("files", done.files);
    json.field("freed_bytes", done.freed);
    write_failures(json, done.failures);
    json.end_object();
  } else {
    context.out().write(fmt::format("{} {}{}.\n", verb, counted(done.entries, "entry", "entries"),
                                    done.freed > 0 ? "; the disk got back " + util::format_bytes(done.freed) : ""));
    context.out().flush();
  }
  for (const Error& failure : done.failures) context.messages().error(failure);
  return finish_output(context, done.failures.empty() ? ExitCode::ok : ExitCode::partial);
}

ExitCode run_restore(const TrashOptions& options, Context& context) {
  auto index = context.open_index_if_any();
  if (!index) return context.report(index.error());
  const auto done = service::restore_trash(request_of(options, context), options.id, context.settings().jobs.value,
                                           *index, context.backends());
  if (!done) return context.report(done.error());
  return print_done(options, *done, "Restored", context);
}

ExitCode run_empty(const TrashOptions& options, Context& context) {
  auto index = context.open_index_if_any();
  if (!index) return context.report(index.error());
  const auto listing = service::list_trash(request_of(options, context), *index);
  if (!listing) return context.report(listing.error());
  const auto ids = service::whole_ids(*listing, options.ids);
  if (!ids) return context.report(ids.error());
  const service::TrashListing chosen{service::chosen_bins(listing->rows, *ids), {}};
  if (!is_json(options)) print_listing(chosen, context);
  if (options.ids.empty() && chosen.rows.size() < listing->rows.size())
    context.messages().note("Bins of other users are kept; `tcm trash list` shows them.");
  if (chosen.rows.empty() && options.ids.empty()) return print_done(options, {}, "Removed", context);
  if (const ExitCode code = confirm(context, options.yes); code != ExitCode::ok) return finish_output(context, code);
  const auto done = service::empty_trash(*listing, *ids);
  if (!done) return context.report(done.error());
  return print_done(options, *done, "Removed", context);
}

CLI::App* add_verb(CLI::App& trash, const std::string& name, const std::string& help, TrashOptions& options) {
  CLI::App* command = trash.add_subcommand(name, help);
  command->add_option("--cache-dir", options.cache_dirs, "Only the trash of this cache directory or root")
      ->allow_extra_args(false)
      ->type_name("DIR");
  add_output_option(*command, options.output, {"table", "json", "jsonl"});
  return command;
}

}  // namespace

void add_trash_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<TrashOptions>();
  CLI::App* trash = app.add_subcommand("trash", "Manage removed entries that --trash kept");
  trash->require_subcommand(1);
  end_help(*trash,
           "Examples:\n"
           "  tcm trash list                              what can be restored, and its size\n"
           "  tcm trash restore last                      undo the last prune --trash\n"
           "  tcm trash empty -y                          free its space",
           {ExitCode::partial, ExitCode::needs_confirmation, ExitCode::missing, ExitCode::busy});
  CLI::App* list = add_verb(*trash, "list", "What can be restored, and its size", *options);
  CLI::App* restore = add_verb(*trash, "restore", "Put the entries of a bin back where they were", *options);
  CLI::App* empty = add_verb(*trash, "empty", "Delete bins for good; all when none is named", *options);
  end_help(*list,
           "Examples:\n"
           "  tcm trash list\n"
           "  tcm trash list --cache-dir ~/.cache/vllm",
           {ExitCode::partial, ExitCode::missing});
  end_help(*restore,
           "Examples:\n"
           "  tcm trash restore last                      undo the last prune --trash",
           {ExitCode::partial, ExitCode::missing, ExitCode::busy});
  end_help(*empty,
           "Examples:\n"
           "  tcm trash empty                             ask, then delete every bin of yours\n"
           "  tcm trash empty -y                          do not ask",
           {ExitCode::partial, ExitCode::needs_confirmation, ExitCode::missing, ExitCode::busy});
  restore->add_option("ID", options->id, "As tcm trash list prints it, or last")->required();
  empty->add_option("ID", options->ids, "As tcm trash list prints them, or last");
  empty->add_flag("-y,--yes", options->yes, "Do not ask");
  list->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_list(*options, context); };
  });
  restore->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_restore(*options, context); };
  });
  empty->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_empty(*options, context); };
  });
}

}  // namespace tcm::cli
