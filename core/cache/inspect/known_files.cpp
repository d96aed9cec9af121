// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/known_files.hpp"

#include <algorithm>
#include <set>

#include "core/cache/format/file_names.hpp"

namespace tcm::cache {
namespace {

using model::ArtifactKind;

bool is_nested(std::string_view name) { return name.find('/') != std::string_view::npos; }

// The names of the kernels of the entry, temporaries included.
std::set<std::string_view> stems_of(const Inspection& entry) {
  std::set<std::string_view> stems;
  for (const InspectedFile& file : entry.files) {
    const std::string_view name = std::string_view(file.name).substr(file.name.rfind('/') + 1);
    if (is_group(name))
      stems.insert(group_stem(name));
    else if (is_compile_output(name) && !name.ends_with(".json"))
      stems.insert(stem_of(name));
  }
  return stems;
}

// Whether a compile gives a file this name. JSON and what nobody knows must be called like a kernel that is there.
bool is_output_name(std::string_view name, const std::set<std::string_view>& stems, const FileTypes& types) {
  if (is_group(name) || is_autotune(name) || is_module(name)) return true;
  const std::string_view extension = extension_of(name);
  if (extension.empty() || is_nested(name)) return false;
  if (!name.ends_with(".json") && (is_compile_output(name) || types.find_any(extension))) return true;
  return is_label(extension.substr(1)) && stems.contains(stem_of(name));
}

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
    if ((is_of_a_temporary(name) && !is_old_temporary(name)) || is_group(name) ||
        (!is_nested(name) && (is_module(name) || is_autotune(name))))
      return true;
    return !is_nested(name) && types.find(target, extension_of(name)) != nullptr && groups.has_file(name);
  });
}

std::optional<std::string> foreign_in_temporaries(const Inspection& entry, std::string_view key, const FileTypes& types,
                                                  std::string_view temporary) {
  const bool whole = is_temporary_entry(key);
  const auto concerned = [&](std::string_view name) {
    const std::size_t slash = name.find('/');
    if (whole) return true;
    return slash != std::string_view::npos && is_temporary_directory(name.substr(0, slash)) &&
           (temporary.empty() || name.substr(0, slash) == temporary);
  };
  for (const std::string& name : entry.nested)
    if (concerned(name)) return name + '/';
  std::optional<std::set<std::string_view>> stems;
  for (const InspectedFile& file : entry.files) {
    if (!concerned(file.name)) continue;
    if (!stems) stems = stems_of(entry);
    const std::string_view name = file.name;
    if (!is_output_name(whole ? name : name.substr(name.find('/') + 1), *stems, types)) return file.name;
  }
  return std::nullopt;
}

bool is_of_temporaries(std::string_view name, const Inspection& entry) {
  return std::binary_search(entry.temporaries.begin(), entry.temporaries.end(), name.substr(0, name.find('/')));
}

}  // namespace tcm::cache
