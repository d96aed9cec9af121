// SPDX-License-Identifier: Apache-2.0
#include "cli/show/transfer.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

// The others mostly say the same.
constexpr std::size_t kShown = 20;

using service::CarriedSums;
using service::ToldEntries;

/// "29 entries (27 kernels, 2 helper modules), 1.9 MiB"
std::string text_of(const CarriedSums& sums) {
  std::string kinds = counted(sums.kernels, "kernel", "kernels");
  if (sums.modules > 0) kinds += ", " + counted(sums.modules, "helper module", "helper modules");
  if (sums.tunings > 0) kinds += ", " + counted(sums.tunings, "stored tuning", "stored tunings");
  return fmt::format("{} ({}), {}", counted(sums.entries, "entry", "entries"), kinds, util::format_bytes(sums.bytes));
}

/// A row for each that is named: what became of it, its key and why.
void print_told(Context& context, std::string_view what, const ToldEntries& entries) {
  if (entries.total == 0) return;
  std::vector<Column> columns;
  columns.push_back({.id = "entry", .header = std::string(what)});
  columns.back().flexible = true;
  columns.back().min_width = 8;
  columns.back().preferred_width = 20;
  columns.push_back({.id = "reason", .header = "reason", .flexible = true, .min_width = 16, .may_go_below = true});
  Table table(context.out(), columns, context.out_terminal());
  const std::size_t shown = context.verbose() ? entries.named.size() : std::min(entries.named.size(), kShown);
  for (const service::ToldEntry& entry : std::span(entries.named).first(shown))
    table.add_row({entry.root.empty() ? entry.key : entry.root + '/' + entry.key, entry.reason});
  table.finish();
  if (entries.total > shown)
    context.out().write(fmt::format("… and {} more{}\n", count_text(entries.total - shown),
                                    shown < entries.named.size() ? "; -v shows some of them" : ""));
}

void write_sums(JsonWriter& json, std::string_view name, const CarriedSums& sums) {
  json.key(name).begin_object();
  json.field("entries", sums.entries).field("kernels", sums.kernels).field("modules", sums.modules);
  json.field("tunings", sums.tunings).field("files", sums.files).field("bytes", sums.bytes);
  json.end_object();
}

void write_told(JsonWriter& json, std::string_view name, const ToldEntries& entries) {
  json.key(name).begin_object();
  json.field("total", entries.total);
  json.key("entries").begin_array();
  for (const service::ToldEntry& entry : entries.named) {
    json.begin_object();
    json.field("root", entry.root).field("key", entry.key).field("reason", entry.reason);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_errors(JsonWriter& json, std::string_view name, const std::vector<Error>& errors) {
  json.key(name).begin_array();
  for (const Error& error : errors) json.value(error.message);
  json.end_array();
}

std::string text_of(const service::SourceReport& source) {
  std::string text = util::escape_control(source.word) + ": ";
  if (source.failure) return text + "nothing taken";
  if (source.absent > 0)
    text += fmt::format("{} that its manifest names {} not in it; ", count_text(source.absent),
                        source.absent == 1 ? "is" : "are");
  if (source.other_files > 0)
    text += fmt::format("{} of no entry left out; ", counted(source.other_files, "file", "files"));
  return text + util::format_bytes(source.bytes);
}

}  // namespace

void print_export(Context& context, const service::ExportReport& report, const std::string& to, bool dry_run,
                  bool as_notes) {
  const std::string place = util::escape_control(report.place);
  std::string text = fmt::format("{} {}", dry_run ? "Would export" : "Exported", text_of(report.carried));
  if (!dry_run && to != "-")
    text += fmt::format(", to {} ({})", util::escape_control(to), util::format_bytes(report.written));
  text += ".\nGroups name " + place + ".\n";
  if (report.image_digest) text += fmt::format("The image is sha256:{}.\n", util::hex_of(*report.image_digest));
  if (report.is_signed) text += "Signed.\n";
  if (report.there > 0)
    text += fmt::format("{} in what --since names already.\n", counted(report.there, "entry is", "entries are"));
  if (report.passed > 0)
    text += fmt::format("{} holding nothing to carry left out.\n", counted(report.passed, "directory", "directories"));
  if (as_notes) {
    text.pop_back();
    for (const std::string_view line : util::split(text, '\n')) context.messages().note(line);
    for (const service::ToldEntry& entry : report.left_out.named)
      context.messages().warning(fmt::format("{}: left out: {}", entry.key, entry.reason));
    return;
  }
  print_told(context, "left out", report.left_out);
  context.out().write(text);
}

void write_export(Context& context, const service::ExportReport& report, const std::string& to, bool dry_run) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object().field("schema", 1).field("dry_run", dry_run);
  json.field("cache_dir", report.cache_dir).field("layout", model::to_string(report.layout));
  json.field("destination", to).field("groups_name", report.place);
  write_sums(json, "exported", report.carried);
  json.field("already_in_since", report.there).field("nothing_to_carry", report.passed);
  write_told(json, "left_out", report.left_out);
  json.key("written_bytes");
  dry_run ? json.null() : json.value(report.written);
  json.key("manifest_sha256");
  dry_run ? json.null() : json.value(util::hex_of(report.manifest));
  json.key("image_digest");
  report.image_digest ? json.value("sha256:" + util::hex_of(*report.image_digest)) : json.null();
  json.field("signed", report.is_signed);
  write_errors(json, "unread", report.unread);
  json.end_object();
}

void print_import(Context& context, const service::IntakeReport& report, std::string_view added, bool dry_run) {
  print_told(context, "conflict", report.conflicts);
  print_told(context, "refused", report.refused);
  for (const service::SourceReport& source : report.sources) {
    if (source.failure) continue;
    if (source.absent > 0 || source.other_files > 0) context.out().write(text_of(source) + ".\n");
  }
  std::string text = fmt::format("{}{} {} into {}.\n", dry_run ? "Dry run: " : "", added, text_of(report.added),
                                 util::escape_control(report.cache_dir));
  if (report.there > 0) text += fmt::format("{} there already.\n", counted(report.there, "entry was", "entries were"));
  if (report.linked > 0)
    text += fmt::format("{} with those they came from, on the disk.\n",
                        counted(report.linked, "file is shared", "files are shared"));
  if (report.replaced > 0) {
    text += fmt::format("{} replaced", counted(report.replaced, "other entry was", "other entries were"));
    if (!dry_run) text += fmt::format("; `tcm trash restore {}` after `tcm rm` brings them back", report.trash_id);
    text += ".\n";
  }
  if (report.conflicts.total > 0)
    text += fmt::format("{} and stayed; --replace takes the new ones.\n",
                        counted(report.conflicts.total, "other entry was there", "other entries were there"));
  context.out().write(text);
}

void write_import(Context& context, const service::IntakeReport& report, bool dry_run) {
  JsonWriter json(context.out(), JsonWriter::Style::pretty);
  json.begin_object().field("schema", 1).field("dry_run", dry_run).field("cache_dir", report.cache_dir);
  json.key("sources").begin_array();
  for (const service::SourceReport& source : report.sources) {
    json.begin_object();
    json.field("source", source.word).field("verified", source.verified);
    json.field("manifest", source.has_manifest).field("bytes", source.bytes);
    json.field("absent", source.absent).field("other_files", source.other_files);
    json.key("failure");
    source.failure ? json.value(source.failure->message) : json.null();
    json.end_object();
  }
  json.end_array();
  write_sums(json, "imported", report.added);
  json.field("already_there", report.there).field("replaced", report.replaced);
  json.field("linked_files", report.linked);
  json.key("trash_id");
  report.trash_id.empty() ? json.null() : json.value(report.trash_id);
  write_told(json, "conflicts", report.conflicts);
  write_told(json, "refused", report.refused);
  json.field("interrupted", report.interrupted);
  json.end_object();
}

}  // namespace tcm::cli
