// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/file_types.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tcm::cache {
namespace {

// What every Triton backend writes: IR since 2.0, `.source` since 3.4, Gluon's `.glir` since 3.9.
const FileType* find_shared(std::string_view extension) {
  using model::ArtifactKind;
  static const std::array<std::pair<std::string_view, FileType>, 6> kShared{{
      {".json", {ArtifactKind::metadata, "json"}},
      {".ttir", {ArtifactKind::ir, "ttir"}},
      {".glir", {ArtifactKind::ir, "glir"}},
      {".ttgir", {ArtifactKind::ir, "ttgir"}},
      {".llir", {ArtifactKind::ir, "llir"}},
      {".source", {ArtifactKind::source, "source"}},
  }};
  for (const auto& [name, type] : kShared)
    if (name == extension) return &type;
  return nullptr;
}

}  // namespace

void FileTypes::add(std::string_view target, std::string_view extension, FileType type) {
  for (const Row& row : rows_)
    if (row.target == target && row.extension == extension) return;
  rows_.push_back({std::string(target), std::string(extension), std::move(type)});
}

const FileType* FileTypes::find(std::string_view target, std::string_view extension) const {
  if (const FileType* shared = find_shared(extension)) return shared;
  for (const Row& row : rows_)
    if (row.target == target && row.extension == extension) return &row.type;
  return nullptr;
}

const FileType* FileTypes::find_any(std::string_view extension) const {
  if (const FileType* shared = find_shared(extension)) return shared;
  for (const Row& row : rows_)
    if (row.extension == extension) return &row.type;
  return nullptr;
}

bool FileTypes::knows_binaries_of(std::string_view target) const {
  return std::any_of(rows_.begin(), rows_.end(), [target](const Row& row) {
    return row.target == target && row.type.kind == model::ArtifactKind::binary;
  });
}

std::string_view FileTypes::target_of(std::string_view extension) const {
  if (find_shared(extension)) return {};
  std::string_view found;
  for (const Row& row : rows_) {
    if (row.extension != extension) continue;
    if (!found.empty() && found != row.target) return {};
    found = row.target;
  }
  return found;
}

}  // namespace tcm::cache
