// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/grouped.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/group.hpp"

namespace tcm::cache {
namespace {

using model::SkipReason;

// Hostile text is not kept for the life of the thread.
constexpr std::size_t kKeptText = std::size_t{1} << 20;

// The kernel's own json; else the first one that the group lists and the entry holds. Empty when there is none.
std::string metadata_name(const EntryFiles& files, const Draft& draft) {
  const auto present = [&files](const std::string& name) {
    return files.find(name) != nullptr || files.has_other(name);
  };
  std::string name = draft.stem + ".json";
  if (present(name)) return name;
  for (const std::string& child : draft.children)
    if (child.ends_with(".json") && !is_group(child) && !is_autotune(child) && present(child)) return child;
  return {};
}

Draft read_draft(OpenEntry& entry, std::string_view name) {
  Draft draft;
  draft.group = name;
  draft.stem = group_stem(name);
  draft.record.facts.name = draft.stem;
  draft.record.kind = model::EntryKind::kernel;

  thread_local std::string text;
  if (!read_json(entry, draft.group, SkipReason::group_too_large, text, draft)) return draft;
  auto group = list_group(text);
  if (text.capacity() > kKeptText) text = std::string();
  if (!group) {
    mark_broken(draft, SkipReason::group_malformed, name, group.error());
    return draft;
  }
  entry.children += group->names.size();
  if (entry.children > kMaxEntryFiles) {
    mark_broken(draft, SkipReason::group_too_large, name,
                fmt::format("the entry's groups name more than {} files", kMaxEntryFiles));
    return draft;
  }
  draft.children = std::move(group->names);
  if (!group->path.empty())
    draft.record.named_root = std::string(named_root(group->path, entry.key, draft.children.front()));
  // Two directories in one group: whatever the root is called, one of them is another.
  if (!group->odd_path.empty())
    draft.record.named_root +=
        fmt::format("\n{}", named_root(group->odd_path, entry.key, draft.children[group->odd_child]));

  const std::string metadata = metadata_name(entry.files, draft);
  if (metadata.empty())
    mark_broken(draft, SkipReason::metadata_missing, draft.stem + ".json", "not in the entry");
  else
    read_metadata(entry, metadata, draft);
  return draft;
}

}  // namespace

std::vector<Draft> read_groups(OpenEntry& entry) {
  std::vector<Draft> drafts;
  // A whole entry under a temporary name is one that its writer never moved to its key: no look-up finds it.
  if (is_temporary_entry(entry.key)) return drafts;
  const EntryFiles& files = entry.files;
  const auto has = [&files](std::string_view name) { return files.find(name) != nullptr || files.has_other(name); };
  std::vector<std::string> groups;
  for (const EntryFile& file : files.files)
    if (!file.nested() && is_group_among(file.name, has)) groups.push_back(file.name);
  for (const std::string& name : files.others)
    if (is_group_among(name, has)) groups.push_back(name);
  std::sort(groups.begin(), groups.end());
  drafts.reserve(groups.size());
  for (const std::string& name : groups) drafts.push_back(read_draft(entry, name));
  return drafts;
}

}  // namespace tcm::cache
