// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/config/document.hpp"
#include "core/config/files.hpp"
#include "core/util/system/file.hpp"
#include "core/util/text/redact.hpp"

namespace tcm::config {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

/// `~/x` and `x` as absolute paths.
std::string absolute_path(const std::string& path, const FileState& file, const std::string& home) {
  if (path.starts_with("~/") && !home.empty()) return home + path.substr(1);
  return path.starts_with('/') ? path : (fs::path(file.path).parent_path() / path).lexically_normal().string();
}

void make_absolute(const Key& key, Value& value, const FileState& file, const std::string& home) {
  if (auto* list = std::get_if<std::vector<std::string>>(&value)) {
    for (std::string& path : *list) path = absolute_path(path, file, home);
  } else if (auto* text = std::get_if<std::string>(&value)) {
    const auto database = key.type == Type::database ? database_file(*text) : std::nullopt;
    if (database) *text = "sqlite:" + absolute_path(*database, file, home);
    if (key.type == Type::path) *text = absolute_path(*text, file, home);
  }
}

bool takes(const Key& key, LeafKind kind) {
  switch (kind) {
    case LeafKind::string: return (key.type != Type::boolean && key.type != Type::count) || key.optional();
    case LeafKind::integer:
      return key.type == Type::count || key.type == Type::percent || key.type == Type::size || key.type == Type::space;
    case LeafKind::boolean: return key.type == Type::boolean;
    case LeafKind::list: return key.type == Type::paths;
    case LeafKind::container:
    case LeafKind::other: break;
  }
  return false;
}

std::string shown(const Leaf& leaf) {
  if (leaf.kind == LeafKind::string) return fmt::format("'{}'", leaf.text);
  return leaf.text;
}

/// A key whose values stand without quotes.
bool is_bare(const Key& key) { return key.type == Type::boolean || key.type == Type::count; }

std::optional<Value> value_of(const Key& key, const Leaf& leaf) {
  if (!takes(key, leaf.kind)) return std::nullopt;
  if (leaf.kind == LeafKind::list) {
    for (const std::string& element : leaf.list)
      if (element.empty() || element.find('\0') != std::string::npos) return std::nullopt;
    return leaf.list.empty() ? std::nullopt : std::optional<Value>(leaf.list);
  }
  auto value = parse_value(key, leaf.text);
  const bool none = value && std::holds_alternative<std::monostate>(*value);
  return is_bare(key) && leaf.kind == LeafKind::string && !none ? std::nullopt : value;
}

/// What to do about a value of the wrong type, where it would be right in another one.
std::string_view about_quotes(const Key& key, const Leaf& leaf) {
  if (leaf.kind == LeafKind::string) return is_bare(key) && parse_value(key, leaf.text) ? " (without quotes)" : "";
  const bool takes_numbers = takes(key, LeafKind::integer) || takes(key, LeafKind::boolean);
  return takes_numbers || leaf.kind == LeafKind::list || leaf.kind == LeafKind::container ? "" : " (in quotes)";
}

Result<FileValue> check_leaf(const Leaf& leaf, const FileState& file, const std::string& home) {
  const std::string place = fmt::format("{}:{}", file.path, leaf.line);
  const Key* key = find_key(leaf.key);
  if (key == nullptr) return fail(unknown_key(leaf.key, place));
  if (file.layer == Source::project && !key->in_project)
    return fail(ErrorCode::usage, fmt::format("{}: a project's file may not set {}; set it in your own (`tcm config "
                                              "path` names it)",
                                              place, key->name));
  auto value = value_of(*key, leaf);
  if (!value)
    return fail(ErrorCode::usage,
                fmt::format("{}{}", wrong_value(*key, fmt::format("{}: {}", place, key->name), shown(leaf)),
                            about_quotes(*key, leaf)));
  make_absolute(*key, *value, file, home);
  return FileValue{key, std::move(*value), {file.layer, file.path, leaf.line}};
}

/// What the leaves do not tell: a section without keys.
Result<void> check_section(const Section& section, const FileState& file) {
  if (is_section(section.name)) return {};
  const std::string place = fmt::format("{}:{}", file.path, section.line);
  const Key* key = find_key(section.name);
  if (key == nullptr) return fail(unknown_key(section.name, place));
  return fail(ErrorCode::usage, wrong_value(*key, fmt::format("{}: {}", place, key->name), "a table"));
}

/// A password in a file that others can read is known to them.
std::optional<std::string> open_secret(const FileValue& value, mode_t mode) {
  const auto* url = std::get_if<std::string>(&value.value);
  if (value.key->type != Type::database || url == nullptr || util::redact_url(*url) == *url) return std::nullopt;
  if ((mode & (S_IRGRP | S_IROTH)) == 0) return std::nullopt;
  return fmt::format("{}: holds a password and others can read it; run chmod 600 on it", value.origin.where);
}

Result<void> add_file(const FileState& file, const std::string& home, FileValues& all) {
  const auto read = util::read_small_file(file.path, kMaxBytes);
  if (!read && read.error().code == ErrorCode::missing) return {};
  if (!read) return fail(read.error());
  // Asked of the file that was read: another one may have taken the place of the one that was found.
  if (file.layer == Source::project && !distrust(read->owner, read->mode).empty())
    return fail(ErrorCode::failed, file.path + ": was replaced while it was read; try again");
  TCM_ASSIGN(const std::vector<FileValue> values, read_text(read->text, file, home));
  for (const FileValue& value : values) {
    if (auto warning = open_secret(value, read->mode)) all.warnings.push_back(std::move(*warning));
    all.values.push_back(value);
  }
  return {};
}

}  // namespace

Result<std::vector<FileValue>> read_text(std::string_view text, const FileState& file, const std::string& home) {
  TCM_ASSIGN(const Document document, parse_document(text, file.path));
  std::vector<FileValue> values;
  for (const Leaf& leaf : document.leaves) {
    TCM_ASSIGN(FileValue value, check_leaf(leaf, file, home));
    values.push_back(std::move(value));
  }
  for (const Section& section : document.sections) TCM_TRY(check_section(section, file));
  return values;
}

Result<std::string> read_file_text(const std::string& path) {
  TCM_ASSIGN(util::SmallFile file, util::read_small_file(path, kMaxBytes));
  return std::move(file.text);
}

Result<FileValues> read_files(const Files& files) {
  FileValues all;
  for (const FileState& file : find_files(files)) {
    if (!file.ignored.empty())
      all.warnings.push_back(fmt::format(
          "{}: ignored, because {}{}", file.path, file.ignored,
          files.elevated ? "" : "; make it yours (chown) and yours alone to write (chmod o-w) if you trust it"));
    if (file.used()) TCM_TRY(add_file(file, files.home, all));
  }
  return all;
}

}  // namespace tcm::config
