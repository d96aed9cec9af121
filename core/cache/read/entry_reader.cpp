// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/entry_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/group.hpp"
#include "core/disk/directory.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {

using model::EntryKind;
using model::SkipReason;

int EntryReader::read(std::vector<model::Record>& records) {
  if (const int error = list_entry(directory_, files_); error != 0) return error;
  read_groups();
  if (drafts_.empty()) read_ungrouped();
  size_files(directory_, files_);
  share_out();
  records.reserve(drafts_.size());
  for (std::size_t i = 0; i < drafts_.size(); ++i) records.push_back(finish(drafts_[i], static_cast<int>(i)));

  model::Record& first = records.front();
  if (!files_.unreadable.empty()) {
    try_again_ = true;
    if (first.problem == SkipReason::none) {
      first.problem = SkipReason::unreadable;
      first.problem_detail = files_.unreadable;
    }
  }
  if (files_.too_deep && (first.problem == SkipReason::none || first.problem == SkipReason::not_an_entry)) {
    first.problem = SkipReason::too_deep;
    first.problem_detail = fmt::format("more than {} directories below each other, not counted", kMaxEntryDepth);
  }
  return 0;
}

void EntryReader::read_groups() {
  // A whole entry under a temporary name is one that its writer never moved to its key: no look-up finds it.
  if (is_temporary_entry(key_)) return;
  const auto has = [this](std::string_view name) { return files_.find(name) != nullptr || files_.has_other(name); };
  std::vector<std::string> groups;
  for (const EntryFile& file : files_.files)
    if (!file.nested() && is_group_among(file.name, has)) groups.push_back(file.name);
  for (const std::string& name : files_.others)
    if (is_group_among(name, has)) groups.push_back(name);
  std::sort(groups.begin(), groups.end());
  drafts_.reserve(groups.size());
  for (const std::string& name : groups) drafts_.push_back(read_group(name));
}

Draft EntryReader::read_group(std::string_view name) {
  Draft draft;
  draft.group = name;
  draft.stem = group_stem(name);
  draft.record.facts.name = draft.stem;
  draft.record.kind = EntryKind::kernel;

  thread_local std::string text;
  if (!read_json_file(draft.group, text, draft, SkipReason::group_too_large)) return draft;
  auto children = parse_group(text);
  // Hostile text is not kept for the life of the thread.
  if (constexpr std::size_t kKept = std::size_t{1} << 20; text.capacity() > kKept) text = std::string();
  if (!children) {
    fail(draft, SkipReason::group_malformed, name, children.error());
    return draft;
  }
  draft.children = std::move(*children);

  const std::string metadata = metadata_name(draft);
  if (metadata.empty())
    fail(draft, SkipReason::metadata_missing, draft.stem + ".json", "not in the entry");
  else
    read_metadata(draft, metadata);
  return draft;
}

// The kernel's own json; else the first one that the group lists and the entry holds. Empty when there is none.
std::string EntryReader::metadata_name(const Draft& draft) const {
  const auto present = [this](const std::string& name) {
    return files_.find(name) != nullptr || files_.has_other(name);
  };
  std::string name = draft.stem + ".json";
  if (present(name)) return name;
  for (const std::string& child : draft.children)
    if (child.ends_with(".json") && !is_group(child) && !is_autotune(child) && present(child)) return child;
  return {};
}

void EntryReader::read_metadata(Draft& draft, const std::string& name) {
  draft.metadata = name;
  std::string text;
  if (!read_json_file(name, text, draft, SkipReason::metadata_too_large)) return;
  auto metadata = parse_metadata(text);
  if (metadata)
    take_facts(draft, std::move(*metadata), std::move(text));
  else
    fail(draft, metadata.error().reason, name, metadata.error().detail);
}

void EntryReader::take_facts(Draft& draft, Metadata&& metadata, std::string&& text) {
  model::KernelFacts& facts = draft.record.facts;
  facts = std::move(metadata.facts);
  if (facts.name.empty()) facts.name = draft.stem;
  facts.metadata = std::move(text);
  draft.binary_ext = std::move(metadata.binary_ext);
  draft.has_ctime = metadata.has_ctime;
  // Kept here until the backend is known for sure; finish() makes the canonical form of it.
  facts.arch = std::move(metadata.arch_json);
}

bool EntryReader::read_json_file(const std::string& name, std::string& text, Draft& draft, SkipReason too_large) {
  const disk::ReadOutcome outcome = disk::read_file_at(directory_, name.c_str(), kMaxJsonBytes, text);
  if (outcome.status != disk::ReadStatus::failed && outcome.status != disk::ReadStatus::not_a_file) {
    if (EntryFile* file = files_.find(name)) {
      file->bytes = outcome.bytes;
      file->sized = true;
    }
  }
  switch (outcome.status) {
    case disk::ReadStatus::ok: return true;
    case disk::ReadStatus::too_large: fail(draft, too_large, name, fmt::format("{} bytes", outcome.bytes)); break;
    case disk::ReadStatus::not_a_file: fail(draft, SkipReason::unreadable, name, "not a regular file"); break;
    case disk::ReadStatus::failed:
      if (outcome.error == ELOOP) {
        fail(draft, SkipReason::symlink, name, "symbolic link, not followed");
      } else {
        files_.changed |= outcome.error == ENOENT;
        try_again_ = true;
        fail(draft, SkipReason::unreadable, name, disk::error_text(outcome.error));
      }
      break;
  }
  return false;
}

void EntryReader::fail(Draft& draft, SkipReason reason, std::string_view file, std::string_view what) {
  draft.record.kind = EntryKind::broken;
  draft.record.problem = reason;
  draft.record.problem_detail = fmt::format("{}: {}", util::escape_control(file), what);
}

void EntryReader::share_out() {
  if (drafts_.size() == 1 && drafts_.front().children.empty()) {
    for (EntryFile& file : files_.files) file.owner = 0;
    return;
  }
  const auto give = [this](std::string_view name, int owner, bool listed) {
    EntryFile* file = files_.find(name);
    if (!file) return;
    if (file->owner < 0) file->owner = owner;
    if (file->owner == owner) file->listed |= listed;
  };
  const int count = static_cast<int>(drafts_.size());
  for (int i = 0; i < count; ++i) give(drafts_[i].group, i, false);
  for (int i = 0; i < count; ++i) give(drafts_[i].metadata, i, false);
  for (int i = 0; i < count; ++i)
    for (const std::string& child : drafts_[i].children) give(child, i, true);

  for (EntryFile& file : files_.files) {
    if (file.owner >= 0) continue;
    file.owner = 0;
    std::size_t longest = 0;
    for (int i = 0; i < count && count > 1; ++i) {
      const std::string& stem = drafts_[i].stem;
      const std::string_view name = file.base_name();
      if (stem.size() <= longest || name.size() <= stem.size() || name[stem.size()] != '.') continue;
      if (!name.starts_with(stem)) continue;
      longest = stem.size();
      file.owner = i;
    }
  }
}

}  // namespace tcm::cache
