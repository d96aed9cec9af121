// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/drop_planner.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/cache/format/group.hpp"
#include "core/cache/format/group_edit.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/key.hpp"
#include "core/cache/format/metadata_edit.hpp"
#include "core/cache/inspect/droppable.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/inspect/hit_check.hpp"
#include "core/cache/read/entry_reader.hpp"
#include "core/cache/read/stamp.hpp"
#include "core/cache/verify/metadata_text.hpp"
#include "core/disk/file_changes.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

using model::Artifact;
using model::ArtifactKind;
using model::EntryKind;
using model::KeptReason;
using model::Record;

// Of what nobody knows it may be the binary, and modules are not of one kernel.
constexpr model::KindSet kDroppable{ArtifactKind::ir, ArtifactKind::source, ArtifactKind::assembly};

Artifact* group_of(Record& record) { return const_cast<Artifact*>(cache::group_of(std::as_const(record))); }
Artifact* metadata_of(Record& record) { return const_cast<Artifact*>(cache::metadata_of(std::as_const(record))); }

}  // namespace

DropPlan DropPlanner::plan() {
  for (const auto step : {&DropPlanner::open, &DropPlanner::read, &DropPlanner::pick, &DropPlanner::edit_texts}) {
    plan_.decided = (this->*step)();
    if (plan_.decided) return std::move(plan_);
  }
  take_out();
  return std::move(plan_);
}

std::optional<Outcome> DropPlanner::open() {
  disk::Node node;
  int error = is_file_name(change_.key)
                  ? disk::open_own_directory_at(context_.root.descriptor(), change_.key.c_str(), directory_)
                  : EINVAL;
  if (error == 0) error = disk::stat_of(directory_.get(), node);
  plan_.stamp = stamp_of(node, 0);
  plan_.entry.key = change_.key;
  if (error == 0 && plan_.stamp.same_state(change_.stamp) && !context_.is_young(node.mtime_ns)) return std::nullopt;
  return refuse_by_look(look_at_entry(context_.root.descriptor(), change_.key));
}

// A look costs a stat for each file, so it is only taken when something is not as it mostly is.
std::optional<Outcome> DropPlanner::refuse_by_look(const EntryLook& look) {
  if (auto refused = context_.refuse(change_, look)) return refused;
  if (look.seen.stamp.same_state(plan_.stamp)) return std::nullopt;
  return kept(KeptReason::changed, {});
}

std::optional<Outcome> DropPlanner::read() {
  EntryReader reader(directory_.get(), change_.key, context_.options.naming);
  if (const int error = reader.read(plan_.entry.records); error != 0)
    return kept(KeptReason::unreadable, std::string(util::error_text(error)));
  if (reader.changed()) return kept(KeptReason::changed, "while it was being read");
  bool is_plain = reader.files().directories.empty() && reader.files().others.empty();
  present_ = reader.files().others;
  for (const Record& record : plan_.entry.records)
    for (const Artifact& artifact : record.artifacts) {
      is_plain &= !is_unfinished(artifact);
      if (artifact.name.find('/') == std::string::npos) present_.push_back(artifact.name);
    }
  std::sort(present_.begin(), present_.end());
  plan_.names = present_.size() + reader.files().directories.size();
  if (is_plain) return std::nullopt;
  return refuse_by_look(look_at_entry(context_.root.descriptor(), change_.key));
}

bool DropPlanner::is_asked(std::size_t ordinal) const {
  const auto& asked = change_.ordinals;
  return asked.empty() || std::find(asked.begin(), asked.end(), static_cast<std::int64_t>(ordinal)) != asked.end();
}

std::optional<Outcome> DropPlanner::pick() {
  if (is_rewrite()) return std::nullopt;
  for (std::size_t i = 0; i < plan_.entry.records.size(); ++i)
    if (is_asked(i))
      if (auto refused = pick_of(i)) return refused;
  if (plan_.files.empty()) return Outcome();
  std::sort(plan_.files.begin(), plan_.files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return std::nullopt;
}

std::optional<Outcome> DropPlanner::pick_of(std::size_t ordinal) {
  const Record& record = plan_.entry.records[ordinal];
  if (record.kind == EntryKind::broken || record.problem == model::SkipReason::unreadable)
    return keep_broken(ordinal, record.problem, record.problem_detail);
  const auto dropped = droppable(record, change_.kinds);
  if (!dropped) return failed({}, dropped.error());
  for (const Artifact* artifact : *dropped) plan_.files.push_back({artifact->name, artifact->kind, artifact->bytes});
  return std::nullopt;
}

bool DropPlanner::goes(std::string_view name) const {
  const auto at = std::lower_bound(plan_.files.begin(), plan_.files.end(), name,
                                   [](const DroppedFile& file, std::string_view b) { return file.name < b; });
  return at != plan_.files.end() && at->name == name;
}

std::optional<Outcome> DropPlanner::edit_texts() {
  for (std::size_t i = 0; i < plan_.entry.records.size(); ++i) {
    Artifact* group = group_of(plan_.entry.records[i]);
    if (!group || (is_rewrite() && !is_asked(i))) continue;
    if (auto refused = edit(i, *group)) {
      for (const NewText& made : plan_.texts)
        if (made.waiting.empty()) disk::unlink_at(*context_.trash.group_scratch(), made.scratch.c_str());
      plan_.texts.clear();
      return refused;
    }
  }
  if (is_rewrite() && plan_.texts.empty()) return Outcome();
  return std::nullopt;
}

std::optional<Outcome> DropPlanner::edit(std::size_t ordinal, Artifact& group) {
  std::string text;
  disk::Node old;
  if (auto refused = read_text(group.name, old, text)) return refused;
  const auto children = parse_group(text);
  if (!children)
    return kept(KeptReason::unreadable, fmt::format("{}: {}", util::escape_control(group.name), children.error()));
  if (!is_rewrite() &&
      std::none_of(children->begin(), children->end(), [this](const std::string& name) { return goes(name); }))
    return std::nullopt;
  // A group that lists nothing is a miss, which heals.
  if (is_rewrite() && children->empty()) return std::nullopt;
  auto edited = edit_group(text, group_change());
  if (!edited) return failed(group.name, edited.error());
  if (is_rewrite() && *edited == text && !names_other_place(ordinal)) return std::nullopt;
  if (auto refused = check_hit(ordinal, *children)) return refused;
  if (auto refused = check_children(plan_.entry.records[ordinal], group.name, *children)) return refused;
  // First: with these and the old group the entry is what it was.
  if (auto refused = edit_metadata_of(ordinal)) return refused;
  if (*edited == text) return std::nullopt;
  group.bytes = edited->size();
  if (!context_.options.keep_paths) plan_.entry.records[ordinal].named_root = group_paths_.root();
  return write(group.name, old, std::move(*edited));
}

// Which fields of the record's metadata hold paths into the cache; null: none.
const std::vector<std::string>* DropPlanner::path_fields_of(const Record& record) const {
  const auto found = context_.options.path_fields.find(record.facts.backend);
  return found == context_.options.path_fields.end() ? nullptr : &found->second;
}

NewValue DropPlanner::metadata_change(const Record& record) const {
  return [this, fields = path_fields_of(record)](std::string_view field, std::string_view value) {
    const bool is_path = std::find(fields->begin(), fields->end(), field) != fields->end();
    return is_path ? group_paths_.new_entry_path(change_.key, value) : std::string();
  };
}

bool DropPlanner::names_other_place(std::size_t ordinal) const {
  const Record& record = plan_.entry.records[ordinal];
  if (!path_fields_of(record)) return false;
  const auto edited = edit_metadata(record.facts.metadata, metadata_change(record));
  return edited && *edited != record.facts.metadata;
}

std::optional<Outcome> DropPlanner::edit_metadata_of(std::size_t ordinal) {
  Record& record = plan_.entry.records[ordinal];
  if (!path_fields_of(record)) return std::nullopt;
  Artifact* file = metadata_of(record);
  if (!file) return std::nullopt;
  std::string text;
  disk::Node old;
  if (auto refused = read_text(file->name, old, text)) return refused;
  auto edited = edit_metadata(text, metadata_change(record));
  if (!edited) return failed(file->name, edited.error());
  if (*edited == text) return std::nullopt;
  plan_.relocated = true;
  file->bytes = edited->size();
  record.facts.metadata = *edited;
  return write(file->name, old, std::move(*edited));
}

std::optional<Outcome> DropPlanner::read_text(const std::string& name, disk::Node& node, std::string& text) const {
  if (const int error = disk::stat_at(directory_.get(), name.c_str(), node); error != 0)
    return kept(KeptReason::changed, std::string(util::error_text(error)));
  if (node.mount_point) return kept(KeptReason::mount_point, util::escape_control(name));
  const disk::ReadOutcome read = disk::read_file_at(directory_.get(), name.c_str(), kMaxJsonBytes, text);
  if (read.status == disk::ReadStatus::ok) return std::nullopt;
  return kept(KeptReason::unreadable, fmt::format("{}: cannot be read", util::escape_control(name)));
}

GroupEdit DropPlanner::group_change() {
  GroupEdit change;
  // Triton 2 writes lists, under keys of its own; any later release fails on one.
  change.as_map = is_rewrite() && key_encoding(change_.key) != KeyEncoding::md5_hex;
  change.stays = [this](std::string_view name) {
    return !goes(name) && std::binary_search(present_.begin(), present_.end(), name);
  };
  change.new_path = [this](std::string_view name, std::string_view path) {
    std::string made = group_paths_.new_path(change_.key, name, path);
    plan_.relocated |= !made.empty();
    return made;
  };
  return change;
}

// What a backend's IR was may be missing: earlier tools deleted it and left the group. Without anything else the kernel
// does not run.
std::optional<Outcome> DropPlanner::check_children(const Record& record, const std::string& group,
                                                   const std::vector<std::string>& children) {
  const FileTypes& types = context_.options.naming.types();
  for (const std::string& name : children) {
    if (std::binary_search(present_.begin(), present_.end(), name)) continue;
    const FileType* type = types.find(record.facts.backend, extension_of(name));
    if (type && kDroppable.has(type->kind)) continue;
    return failed(group, fmt::format("lists {}, which is missing; run \"tcm index\"", util::escape_control(name)));
  }
  return std::nullopt;
}

std::optional<Outcome> DropPlanner::check_hit(std::size_t ordinal, const std::vector<std::string>& children) const {
  const Record& record = plan_.entry.records[ordinal];
  if (record.kind == EntryKind::broken) return keep_broken(ordinal, record.problem, record.problem_detail);
  // As a hit it would run a kernel that was compiled for something else.
  if (plan_.relocated || is_rewrite()) {
    const std::string hash = read_metadata_text(record.facts.metadata).hash;
    if (!key_fits(hash, change_.key))
      return keep_broken(ordinal, model::SkipReason::metadata_malformed,
                         fmt::format("the metadata is of another key, {}", util::escape_control(hash)));
  }
  std::vector<std::string> names;
  for (const std::string& name : children)
    if (!goes(name)) names.push_back(name);
  auto damage = find_damage(directory_.get(), record, names, context_.options.binary_check);
  if (!damage) return std::nullopt;
  return keep_broken(ordinal, damage->reason, std::move(damage->detail));
}

// The index is told, too: a file that was damaged in place leaves its directory as it was.
Outcome DropPlanner::keep_broken(std::size_t ordinal, model::SkipReason reason, std::string detail) const {
  const bool unreadable = reason == model::SkipReason::unreadable || reason == model::SkipReason::symlink;
  Outcome outcome = kept(unreadable ? KeptReason::unreadable : KeptReason::broken, std::move(detail));
  if (unreadable) return outcome;
  model::Entry now = context_.root.read_entry(change_.key, context_.options.naming);
  if (!now.stamp.same_state(plan_.stamp) || ordinal >= now.records.size()) return outcome;
  Record& record = now.records[ordinal];
  record.kind = EntryKind::broken;
  record.problem = reason;
  record.problem_detail = outcome.detail;
  outcome.now = std::move(now);
  return outcome;
}

std::optional<Outcome> DropPlanner::write(const std::string& name, const disk::Node& old, std::string text) {
  NewText made{name, {}, old, {}};
  const auto scratch = context_.trash.group_scratch();
  if (!scratch && scratch.error().code != ErrorCode::no_space) return cache::failed(scratch.error());
  int error = ENOSPC;
  if (scratch) {
    made.scratch = fmt::format("text.{}", count_++);
    error = disk::write_file_like(*scratch, made.scratch.c_str(), text, {directory_.get(), name.c_str(), old});
  }
  if (util::is_no_space(error)) {
    made.scratch.clear();
    made.waiting = std::move(text);
  } else if (error != 0) {
    return context_.failed(change_.key, name, "cannot write the new one", error);
  }
  plan_.texts.push_back(std::move(made));
  return std::nullopt;
}

void DropPlanner::take_out() {
  for (Record& record : plan_.entry.records)
    std::erase_if(record.artifacts, [this](const Artifact& artifact) { return goes(artifact.name); });
}

}  // namespace tcm::cache
