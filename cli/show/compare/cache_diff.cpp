// SPDX-License-Identifier: Apache-2.0
#include "cli/show/compare/cache_diff.hpp"

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "core/util/text/bytes.hpp"

namespace tcm::cli {
namespace {

using service::DifferingEntry;
using service::DifferingFile;
using service::FileDifference;
using service::KeyDifference;

constexpr std::size_t kShownKeyLength = 8;

std::string_view name_of(KeyDifference difference) {
  switch (difference) {
    case KeyDifference::only_a: return "only_a";
    case KeyDifference::only_b: return "only_b";
    case KeyDifference::differs: return "differs";
  }
  return {};
}

std::string_view name_of(FileDifference difference) {
  switch (difference) {
    case FileDifference::only_a: return "only_a";
    case FileDifference::only_b: return "only_b";
    case FileDifference::content: return "content";
    case FileDifference::unreadable: return "unreadable";
  }
  return {};
}

std::string_view text_of(KeyDifference difference) {
  switch (difference) {
    case KeyDifference::only_a: return "only in A";
    case KeyDifference::only_b: return "only in B";
    case KeyDifference::differs: return "differs";
  }
  return {};
}

std::string_view text_of(FileDifference difference) {
  switch (difference) {
    case FileDifference::only_a: return " (only in A)";
    case FileDifference::only_b: return " (only in B)";
    case FileDifference::content: return "";
    case FileDifference::unreadable: return " (cannot be read)";
  }
  return {};
}

std::string files_text(const std::vector<DifferingFile>& files) {
  std::string text;
  for (const DifferingFile& file : files)
    text += fmt::format("{}{}{}", text.empty() ? "" : ", ", file.name, text_of(file.difference));
  return text;
}

std::vector<Column> columns_for_people() {
  std::vector<Column> columns{{"difference", "difference"},
                              {"key", "key"},
                              {"name", "name", Align::left, 0, true},
                              {"backend", "backend", Align::left, 2},
                              {"arch", "arch", Align::left, 3},
                              {"size", "size", Align::right},
                              {"files", "files", Align::left, 0, true}};
  columns.back().may_go_below = true;
  columns.back().preferred_width = 24;
  return columns;
}

}  // namespace

CacheDiffOutput::CacheDiffOutput(Context& context, Format format) : context_(context) {
  if (is_machine_format(format)) {
    json_ = std::make_unique<JsonWriter>(
        context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    json_->begin_object().field("schema", 1).key("entries").begin_array();
  } else {
    table_ = std::make_unique<Table>(context.out(), columns_for_people(), context.out_terminal());
  }
}

void CacheDiffOutput::add(const DifferingEntry& entry) {
  if (json_) return write(entry);
  table_->add_row({std::string(text_of(entry.difference)),
                   context_.out_terminal().is_tty ? entry.key.substr(0, kShownKeyLength) : entry.key,
                   entry.facts.name.empty() ? std::string(to_string(entry.kind)) : entry.facts.name,
                   entry.facts.backend, entry.facts.arch, util::format_bytes(entry.bytes), files_text(entry.files)});
}

void CacheDiffOutput::write(const DifferingEntry& entry) {
  json_->begin_object().field("difference", name_of(entry.difference)).field("key", entry.key);
  json_->field("root", entry.root).field("kind", to_string(entry.kind)).field("name", entry.facts.name);
  json_->field("backend", entry.facts.backend).field("arch", entry.facts.arch).field("total_bytes", entry.bytes);
  json_->key("files").begin_array();
  for (const DifferingFile& file : entry.files)
    json_->begin_object().field("name", file.name).field("difference", name_of(file.difference)).end_object();
  json_->end_array().end_object();
}

void CacheDiffOutput::finish(const service::CacheDiffTotals& totals) {
  if (json_) {
    json_->end_array();
    json_->field("a", totals.a).field("b", totals.b);
    json_->field("entries_a", totals.entries_a).field("entries_b", totals.entries_b).field("same", totals.same);
    json_->field("only_a", totals.only_a).field("only_a_bytes", totals.only_a_bytes);
    json_->field("only_b", totals.only_b).field("only_b_bytes", totals.only_b_bytes);
    json_->field("differ", totals.differing).field("unread", std::uint64_t{totals.unread.size()});
    json_->end_object();
  } else {
    table_->finish();
  }
  context_.out().flush();
  for (const std::string& line : totals.unread) context_.messages().warning(line);
  if (json_) return;
  const auto side = [&](const char* label, const std::string& path, std::uint64_t entries, std::uint64_t only,
                        std::uint64_t bytes) {
    context_.messages().note(fmt::format("{}: {}: {}, {} only here, {}.", label, path,
                                         counted(entries, "entry", "entries"), count_text(only),
                                         util::format_bytes(bytes)));
  };
  side("A", totals.a, totals.entries_a, totals.only_a, totals.only_a_bytes);
  side("B", totals.b, totals.entries_b, totals.only_b, totals.only_b_bytes);
  context_.messages().note(
      fmt::format("Of both: {} equal, {} different.", count_text(totals.same), count_text(totals.differing)));
}

}  // namespace tcm::cli
