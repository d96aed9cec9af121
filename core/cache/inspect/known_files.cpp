// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/known_files.hpp"

#include <algorithm>

#include "core/cache/format/file_names.hpp"

namespace tcm::cache {
namespace {

using model::ArtifactKind;

bool is_nested(std::string_view name) { return name.find('/') != std::string_view::npos; }

bool is_group_in(std::string_view name, const Inspection& entry) {
  return is_group_among(name, [&entry](std::string_view other) {
    const auto at = std::lower_bound(entry.files.begin(), entry.files.end(), other,
                                     [](const InspectedFile& file, std::string_view b) { return file.name < b; });
    return at != entry.files.end() && at->name == other;
  });
}

}  // namespace

ArtifactKind kind_by_name(std::string_view name, std::optional<std::string_view> target, const FileTypes& types) {
  if (is_nested(name) || is_temporary(name)) return ArtifactKind::other;
  if (is_group(name)) return ArtifactKind::group;
  const std::string_view extension = extension_of(name);
  if (const FileType* type = target ? types.find(*target, extension) : types.find_any(extension)) return type->kind;
  return is_module(name) ? ArtifactKind::module : ArtifactKind::other;
}

std::size_t group_count(const Inspection& entry) {
  return static_cast<std::size_t>(
      std::count_if(entry.files.begin(), entry.files.end(),
                    [&entry](const InspectedFile& file) { return is_group_in(file.name, entry); }));
}

GroupStems groups_of(const Inspection& entry) {
  GroupStems groups;
  for (const InspectedFile& file : entry.files)
    if (is_group_in(file.name, entry)) groups.add(file.name);
  return groups;
}

bool all_known_by_name(const Inspection& entry, std::string_view target, const FileTypes& types) {
  const GroupStems groups = groups_of(entry);
  return std::all_of(entry.files.begin(), entry.files.end(), [&](const InspectedFile& file) {
    const std::string_view name = file.name;
    if (is_temporary(name) || is_group(name) || (!is_nested(name) && (is_module(name) || is_autotune(name))))
      return true;
    return !is_nested(name) && types.find(target, extension_of(name)) != nullptr && groups.has_file(name);
  });
}

}  // namespace tcm::cache
