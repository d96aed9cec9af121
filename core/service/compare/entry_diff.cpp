// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/entry_diff.hpp"

#include <algorithm>
#include <map>
#include <variant>

#include <fmt/format.h>

#include "core/service/compare/entry_file.hpp"
#include "core/service/compare/metadata_fields.hpp"
#include "core/service/compare/same_files.hpp"
#include "core/util/text/json_text.hpp"

namespace tcm::service {
namespace {

/// What only the index keeps is not known of an entry that it does not have.
index::ColumnValue value_of(index::RecordColumns columns, const index::RecordColumn& column, const Side& side) {
  const bool is_root = column.home == index::ColumnHome::root && column.type == index::ColumnType::text;
  if (!side.indexed && column.taken == nullptr && !is_root) return {};
  return index::value_of(columns, column, side.shown.row);
}

std::vector<ComparedColumn> compare_columns(const Side& a, const Side& b, index::RecordColumns columns) {
  std::vector<ComparedColumn> compared;
  for (const index::RecordColumn& column : columns) {
    // An age is another view of the time of a column of its own.
    if (column.internal || column.derived) continue;
    ComparedColumn values{&column, value_of(columns, column, a), value_of(columns, column, b)};
    const bool unknown =
        std::holds_alternative<std::monostate>(values.a) && std::holds_alternative<std::monostate>(values.b);
    if (!unknown) compared.push_back(std::move(values));
  }
  return compared;
}

std::string json_of(const model::Resource& resource) {
  if (const auto* text = std::get_if<std::string>(&resource.value)) {
    std::string json;
    util::append_json_string(json, *text);
    return json;
  }
  return std::visit([](const auto& value) { return fmt::format("{}", value); }, resource.value);
}

std::vector<ComparedField> compare_resources(const Side& a, const Side& b) {
  std::vector<ComparedField> compared;
  const auto field = [&](const model::Resource& resource) -> ComparedField& {
    for (ComparedField& known : compared)
      if (known.name == resource.key) return known;
    return compared.emplace_back(ComparedField{resource.key, resource.unit, {}, {}});
  };
  for (const model::Resource& resource : a.shown.detail.resources) field(resource).a = json_of(resource);
  for (const model::Resource& resource : b.shown.detail.resources) field(resource).b = json_of(resource);
  return compared;
}

std::vector<ComparedField> compare_metadata(const Side& a, const Side& b) {
  auto fields_a = metadata_fields(a.shown.detail.metadata);
  auto fields_b = metadata_fields(b.shown.detail.metadata);
  std::vector<ComparedField> compared;
  for (auto& [name, value] : fields_a) {
    ComparedField field{name, {}, std::move(value), {}};
    if (auto other = fields_b.find(name); other != fields_b.end()) {
      field.b = std::move(other->second);
      fields_b.erase(other);
    }
    compared.push_back(std::move(field));
  }
  for (auto& [name, value] : fields_b) compared.push_back({name, {}, {}, std::move(value)});
  std::sort(compared.begin(), compared.end(), [](const auto& x, const auto& y) { return x.name < y.name; });
  return compared;
}

/// A file of the same name; else, as files are called after their kernel, of the same type and kind.
std::vector<ComparedFile> pair_files(const std::vector<model::Artifact>& a, const std::vector<model::Artifact>& b) {
  std::vector<ComparedFile> pairs;
  std::map<std::string_view, const model::Artifact*> named;
  std::multimap<std::pair<model::ArtifactKind, std::string_view>, const model::Artifact*> typed;
  for (const model::Artifact& file : b) named.emplace(file.name, &file);
  for (const model::Artifact& file : a) {
    const auto same = named.find(file.name);
    pairs.push_back({&file, same == named.end() ? nullptr : same->second, {}});
    if (same != named.end()) named.erase(same);
  }
  for (const auto& [name, file] : named) typed.emplace(std::pair(file->kind, std::string_view(file->type)), file);
  for (ComparedFile& pair : pairs) {
    if (pair.b != nullptr) continue;
    const auto like = typed.find({pair.a->kind, std::string_view(pair.a->type)});
    if (like == typed.end()) continue;
    pair.b = like->second;
    typed.erase(like);
  }
  for (const auto& [type, file] : typed) pairs.push_back({nullptr, file, {}});
  return pairs;
}

std::vector<RecordFiles> files_of(const Side& side) {
  return {{side.root, side.shown.row.key, &side.shown.detail.artifacts}};
}

void compare_contents(const Side& a, const Side& b, EntryDiff& diff) {
  if (a.root.empty() || b.root.empty()) return;
  const auto root_a = cache::Root::open(a.root);
  const auto root_b = cache::Root::open(b.root);
  for (const auto* root : {&root_a, &root_b})
    if (!*root) diff.problems.push_back(root->error().message);
  if (!root_a || !root_b) return;
  for (ComparedFile& file : diff.files) {
    if (file.a == nullptr || file.b == nullptr) continue;
    const auto same = same_file(*root_a, a.shown.row.key, file.a->name, *root_b, b.shown.row.key, file.b->name);
    if (same)
      file.same = *same;
    else
      diff.problems.push_back(same.error().message);
  }
}

}  // namespace

EntryDiff diff_entries(const Side& a, const Side& b, index::RecordColumns columns) {
  EntryDiff diff;
  diff.columns = compare_columns(a, b, columns);
  diff.resources = compare_resources(a, b);
  diff.metadata = compare_metadata(a, b);
  diff.files = pair_files(a.shown.detail.artifacts, b.shown.detail.artifacts);
  compare_contents(a, b, diff);
  return diff;
}

Result<void> diff_files(const Side& a, const Side& b, const std::string& word, TextDiff& result) {
  TCM_ASSIGN(const EntryFile file_a, find_entry_file(files_of(a), word));
  TCM_ASSIGN(const EntryFile file_b, find_entry_file(files_of(b), word));
  result.path_a = file_a.path();
  result.path_b = file_b.path();
  TCM_ASSIGN(result.a, load_entry_file(file_a, kMaxComparedText));
  TCM_ASSIGN(result.b, load_entry_file(file_b, kMaxComparedText));
  result.binary = result.a.find('\0') != std::string::npos || result.b.find('\0') != std::string::npos;
  if (result.binary || result.equal()) return {};
  TCM_ASSIGN(result.diff, diff_lines(result.a, result.b));
  return {};
}

}  // namespace tcm::service
