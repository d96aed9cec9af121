// SPDX-License-Identifier: Apache-2.0
#include "core/config/edit.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/config/document.hpp"
#include "core/util/system/file.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::config {
namespace fs = std::filesystem;
namespace {

/// Where the line of number `line` (from 1) begins.
std::size_t start_of_line(std::string_view text, std::size_t line) {
  std::size_t at = 0;
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return text.size();
    at = end + 1;
  }
  return at;
}

/// The beginning of the line after the one that holds the byte `at`.
std::size_t after_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::string inserted(std::string_view text, std::size_t at, const std::string& line) {
  // A file made elsewhere keeps its line ends.
  const std::string_view end = text.find("\r\n") != std::string_view::npos ? "\r\n" : "\n";
  std::string result(text.substr(0, at));
  if (!result.empty() && result.back() != '\n') result += end;
  return result.append(line).append(end).append(text.substr(at));
}

const Section* section_of(const Document& document, std::string_view name) {
  for (const Section& section : document.sections)
    if (section.name == name) return &section;
  return nullptr;
}

/// Behind the last value of a section ("" is the top), or `otherwise`.
std::size_t end_of_section(const Document& document, std::string_view text, std::string_view name,
                           std::size_t otherwise) {
  std::size_t at = otherwise;
  for (const Leaf& leaf : document.leaves) {
    const std::size_t dot = leaf.key.rfind('.');
    if ((dot == std::string::npos ? std::string_view() : std::string_view(leaf.key).substr(0, dot)) == name)
      at = std::max(at, after_line(text, leaf.end));
  }
  return at;
}

/// For a key on top: behind the last such one, else before the first section, else at the end.
std::size_t place_on_top(const Document& document, std::string_view text) {
  const std::size_t last = end_of_section(document, text, {}, 0);
  if (last > 0) return last;
  return document.sections.empty() ? text.size() : start_of_line(text, document.sections.front().line);
}

std::string in_braces(std::string_view text, const Section& section, std::string_view name,
                      const std::string& literal) {
  const std::size_t brace = section.end - 1;
  const std::string_view before = util::trim(text.substr(0, brace));
  std::string result(before);
  result += fmt::format("{}{} = {} ", before.ends_with('{') ? " " : ", ", name, literal);
  return result.append(text.substr(brace));
}

std::string with_new_line(std::string_view text, const Document& document, std::string_view key,
                          const std::string& literal) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos)
    return inserted(text, place_on_top(document, text), fmt::format("{} = {}", key, literal));
  const std::string_view name = key.substr(dot + 1);
  const Section* section = section_of(document, key.substr(0, dot));
  if (section == nullptr)
    return inserted(text, text.size(),
                    fmt::format("{}[{}]\n{} = {}", text.empty() ? "" : "\n", key.substr(0, dot), name, literal));
  if (section->form == SectionForm::in_line) return in_braces(text, *section, name, literal);
  const std::size_t header = after_line(text, start_of_line(text, section->line));
  const bool dotted = section->form == SectionForm::dotted;
  return inserted(text, end_of_section(document, text, section->name, header),
                  fmt::format("{} = {}", dotted ? key : name, literal));
}

bool same_value(const Leaf& a, const Leaf& b) {
  return a.key == b.key && a.kind == b.kind && a.text == b.text && a.list == b.list;
}

const Leaf* leaf_of(const Document& document, std::string_view key) {
  for (const Leaf& leaf : document.leaves)
    if (leaf.key == key) return &leaf;
  return nullptr;
}

/// Without a value and its key in an in-line table, and without one of the commas around it.
std::string without_place_in_braces(std::string_view text, const Leaf& leaf) {
  std::size_t begin = text.find_last_of("{,", leaf.begin);
  std::size_t end = text.find_first_of(",}", leaf.end);
  if (begin == std::string_view::npos || end == std::string_view::npos) return std::string(text);
  // The last one goes with the comma before it, every other one with the comma behind it.
  if (text[begin] == '{' || text[end] == ',') ++begin;
  if (text[end] == ',') ++end;
  return std::string(text.substr(0, begin)).append(text.substr(end));
}

std::string without_line(std::string_view text, const Leaf& leaf) {
  const std::size_t before = text.substr(0, leaf.begin).rfind('\n');
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return std::string(text.substr(0, begin)).append(text.substr(after_line(text, leaf.end)));
}

/// Whether `key` is gone now, and everything else is as it was.
bool lacks_only(const Document& before, const Document& after, std::string_view key) {
  if (after.leaves.size() + 1 != before.leaves.size() || leaf_of(after, key) != nullptr) return false;
  return std::all_of(after.leaves.begin(), after.leaves.end(), [&](const Leaf& now) {
    const Leaf* old = leaf_of(before, now.key);
    return old != nullptr && same_value(*old, now);
  });
}

/// Whether `key` has the value of `wanted` now, and everything else is as it was.
bool differs_as_wanted(const Document& before, const Document& after, std::string_view key, const Leaf& wanted) {
  const Leaf* changed = leaf_of(after, key);
  if (changed == nullptr || changed->kind != wanted.kind || changed->text != wanted.text ||
      changed->list != wanted.list)
    return false;
  if (after.leaves.size() != before.leaves.size() + (leaf_of(before, key) == nullptr ? 1U : 0U)) return false;
  return std::all_of(before.leaves.begin(), before.leaves.end(), [&](const Leaf& old) {
    const Leaf* now = leaf_of(after, old.key);
    return old.key == key || (now != nullptr && same_value(old, *now));
  });
}

std::string absolute_word(const Key& key, const std::string& word, const std::string& directory) {
  const bool is_path = key.type == Type::path || key.type == Type::paths;
  const auto database = key.type == Type::database && word.find("://") == std::string::npos
                            ? database_file(std::get<std::string>(*parse_value(key, word)))
                            : std::nullopt;
  const std::string& path = database ? *database : word;
  if ((!is_path && !database) || path.starts_with('/') || path.starts_with("~/")) return word;
  return (database ? "sqlite:" : "") + (fs::path(directory) / path).lexically_normal().string();
}

std::string one_literal(const Key& key, const std::string& word, const Value& value, const std::string& directory) {
  if (std::holds_alternative<bool>(value)) return to_text(key, value);
  if (key.type == Type::count && std::holds_alternative<std::uint64_t>(value)) return to_text(key, value);
  if (std::holds_alternative<std::monostate>(value)) return toml_string(word);
  return toml_string(absolute_word(key, word, directory));
}

}  // namespace

Result<std::string> with_value(std::string_view text, const std::string& path, std::string_view key,
                               const std::string& literal) {
  TCM_ASSIGN(const Document before, parse_document(text, path));
  std::string result;
  const auto leaf =
      std::find_if(before.leaves.begin(), before.leaves.end(), [&](const Leaf& l) { return l.key == key; });
  if (leaf != before.leaves.end())
    result = std::string(text.substr(0, leaf->begin)).append(literal).append(text.substr(leaf->end));
  else
    result = with_new_line(text, before, key, literal);
  const auto after = parse_document(result, path);
  const auto wanted = parse_document("x = " + literal, path);
  if (!after || !wanted || !differs_as_wanted(before, *after, key, wanted->leaves.front()))
    return fail(ErrorCode::usage,
                fmt::format("{}: is written in a form that cannot be edited; set {} there by hand", path, key));
  return result;
}

Result<std::optional<std::string>> without_value(std::string_view text, const std::string& path, std::string_view key) {
  TCM_ASSIGN(const Document before, parse_document(text, path));
  const Leaf* leaf = leaf_of(before, key);
  if (leaf == nullptr) return std::nullopt;
  const Section* section = section_of(before, key.substr(0, key.find('.')));
  const bool in_line = section != nullptr && section->form == SectionForm::in_line;
  std::string result = in_line ? without_place_in_braces(text, *leaf) : without_line(text, *leaf);
  const auto after = parse_document(result, path);
  if (!after || !lacks_only(before, *after, key))
    return fail(ErrorCode::usage,
                fmt::format("{}: is written in a form that cannot be edited; remove {} there by hand", path, key));
  return result;
}

Result<std::string> literal_of(const Key& key, const std::vector<std::string>& words, const std::string& directory) {
  std::string list;
  for (const std::string& word : words) {
    const auto value = parse_value(key, word);
    const bool alone = key.type != Type::paths || (value && std::holds_alternative<std::monostate>(*value));
    if (!value || (alone && words.size() > 1) || !util::is_valid_utf8(word))
      return fail(ErrorCode::usage, wrong_value(key, key.name, fmt::format("'{}'", fmt::join(words, " "))));
    const std::string literal = one_literal(key, word, *value, directory);
    if (words.size() == 1) return literal;
    list += (list.empty() ? "" : ", ") + literal;
  }
  return "[" + list + "]";
}

Result<void> set_in_file(const FileState& file, const Key& key, const std::string& literal, const std::string& home) {
  if (file.layer == Source::project && !key.in_project)
    return fail(ErrorCode::usage, fmt::format("a project's file may not set {}; leave --project out", key.name));
  std::string text;
  auto old = read_file_text(file.path);
  if (old)
    text = std::move(*old);
  else if (old.error().code != ErrorCode::missing)
    return fail(old.error());
  TCM_ASSIGN(const std::string changed, with_value(text, file.path, key.name, literal));
  TCM_TRY(read_text(changed, file, home));
  return util::replace_file(file.path, changed);
}

Result<bool> unset_in_file(const FileState& file, const Key& key, const std::string& home) {
  const auto old = read_file_text(file.path);
  if (!old && old.error().code == ErrorCode::missing) return false;
  if (!old) return fail(old.error());
  TCM_ASSIGN(const std::optional<std::string> changed, without_value(*old, file.path, key.name));
  if (!changed) return false;
  TCM_TRY(read_text(*changed, file, home));
  TCM_TRY(util::replace_file(file.path, *changed));
  return true;
}

}  // namespace tcm::config
