// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/query/show_file.hpp"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/show/compare/escaped_text.hpp"
#include "core/service/compare/entry_file.hpp"
#include "core/service/query/entry_words.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

using service::EntryFile;
using service::RecordFiles;

std::vector<RecordFiles> files_of(const service::ShowResult& result, const service::EntryNames& names) {
  std::vector<RecordFiles> records;
  const auto add = [&](const service::Shown& shown) {
    records.push_back({names.own_root_of(shown.row).value_or(""), shown.row.key, &shown.detail.artifacts});
  };
  add(*result.shown);
  for (const service::Shown& shown : result.also) add(shown);
  return records;
}

/// A program gets the bytes of a path as they are.
void print_path(Context& context, const std::string& path) {
  context.out().write((context.out_terminal().is_tty ? util::escape_control(path) : path) + "\n");
}

ExitCode print_entry_paths(Context& context, const std::vector<RecordFiles>& records) {
  std::set<std::string> printed;
  for (const RecordFiles& record : records) {
    if (record.root.empty()) continue;
    std::string path = service::entry_path(record.root, record.key);
    if (printed.insert(path).second) print_path(context, path);
  }
  if (printed.empty())
    return context.report(
        {ErrorCode::missing,
         fmt::format("{} lies on another host only; no path of this one leads there", records.front().key)});
  return finish_output(context, ExitCode::ok);
}

ExitCode print_content(Context& context, const EntryFile& file) {
  const bool escaped = context.out_terminal().is_tty;
  EscapedText text(context.out());
  bool binary = false;
  const auto read = service::read_entry_file(file, [&](std::string_view piece) {
    binary = binary || (escaped && piece.find('\0') != std::string_view::npos);
    if (binary || !context.out().ok()) return;
    if (escaped)
      text.add(piece);
    else
      context.out().write(piece);
  });
  text.finish();
  if (!read) return finish_output(context, context.report(read.error()));
  if (binary)
    return context.report({ErrorCode::usage, fmt::format("{} is not a text; send it to a file or a pipe (… > FILE)",
                                                         file.artifact.name)});
  return finish_output(context, ExitCode::ok);
}

}  // namespace

ExitCode show_file(Context& context, index::Index& index, const service::ShowResult& result,
                   const ShowFileOptions& options) {
  const auto names = service::EntryNames::read(index);
  if (!names) return context.report(names.error());
  const std::vector<RecordFiles> records = files_of(result, *names);
  if (options.file.empty()) return print_entry_paths(context, records);
  const auto file = service::find_entry_file(records, options.file);
  if (!file) return context.report(file.error());
  if (!options.path) return print_content(context, *file);
  print_path(context, file->path());
  return finish_output(context, ExitCode::ok);
}

}  // namespace tcm::cli
