// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/judge.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/group_stems.hpp"
#include "core/cache/format/key.hpp"
#include "core/cache/inspect/entry_look.hpp"
#include "core/cache/inspect/foreign_files.hpp"
#include "core/cache/inspect/known_files.hpp"
#include "core/util/system/user.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

using model::Action;
using model::ArtifactKind;
using model::EntryKind;
using model::KeptReason;

bool always_stays(ArtifactKind kind) {
  return kind == ArtifactKind::metadata || kind == ArtifactKind::group || kind == ArtifactKind::binary;
}

void keep(Verdict& verdict, KeptReason reason, std::string detail = {}) {
  verdict.kept = reason;
  verdict.detail = std::move(detail);
}

void take(const cache::InspectedFile& file, ArtifactKind kind, Verdict& verdict) {
  PlanItem& item = *verdict.item;
  ++item.files;
  item.bytes.add(kind, file.node.bytes);
  if (file.node.links > 1)
    verdict.linked.push_back({file.node.device, file.node.inode, file.node.links, file.node.allocated});
  else
    item.frees += file.node.allocated;
}

/// The names and kinds of the files of some records of an entry.
using Kinds = std::unordered_map<std::string, ArtifactKind>;
Kinds kinds_in(const model::Entry& entry, const std::vector<std::int64_t>& ordinals) {
  Kinds kinds;
  for (std::size_t i = 0; i < entry.records.size(); ++i)
    if (std::find(ordinals.begin(), ordinals.end(), static_cast<std::int64_t>(i)) != ordinals.end())
      for (const model::Artifact& artifact : entry.records[i].artifacts) kinds.emplace(artifact.name, artifact.kind);
  return kinds;
}

// Triton 2 parses what its stages left and runs each again whose file is gone; its keys are md5 digests.
bool is_of_triton2(const Candidate& candidate, const cache::Inspection& seen) {
  return cache::key_encoding(candidate.key) == cache::KeyEncoding::md5_hex || cache::group_count(seen) == 0;
}

std::string_view first_component(std::string_view name) { return name.substr(0, name.find('/')); }

bool is_debris(EntryKind kind) {
  return kind == EntryKind::leftover || kind == EntryKind::empty || kind == EntryKind::partial;
}

}  // namespace

std::uint64_t LinkLedger::remove(const LinkedFile& file) {
  return ++removed_[{file.device, file.inode}] >= file.links ? file.allocated : 0;
}

Verdict Judge::judge(const Candidate& candidate, bool chosen) const {
  Verdict verdict;
  cache::Inspection seen = cache::inspect(roots_.root(candidate.root), candidate.key);
  if (!may_touch(candidate, seen, chosen, verdict)) return verdict;
  switch (request_.mode) {
    case PruneMode::drop: judge_drop(candidate, seen, request_.drop, verdict); break;
    case PruneMode::leftovers: judge_sweep(candidate, seen, verdict); break;
    case PruneMode::share:
      verdict.item = item_of(candidate, seen, Action::share);
      verdict.files = std::move(seen.files);
      break;
    case PruneMode::relocate:
      if (candidate.kind != EntryKind::kernel) break;
      verdict.item = item_of(candidate, seen, Action::rewrite);
      verdict.item->reason = request_.seen_at.empty() ? "names another directory" : "will be seen elsewhere";
      break;
    case PruneMode::repair: break;  // see judge_as()
    case PruneMode::upkeep:
      if (is_debris(candidate.kind)) {
        judge_sweep(candidate, seen, verdict);
        if (verdict.item) verdict.item->cause = Cause::leftover;
        break;
      }
      judge_removal(candidate, seen, verdict);
      verdict.has_temporaries = !seen.temporaries.empty();
      break;
    case PruneMode::full:
    case PruneMode::duplicates:
    case PruneMode::keys: judge_removal(candidate, seen, verdict); break;
  }
  return verdict;
}

Verdict Judge::judge_as(const Candidate& candidate, Action action, model::KindSet drop) const {
  Verdict verdict;
  const cache::Inspection seen = cache::inspect(roots_.root(candidate.root), candidate.key);
  if (!may_touch(candidate, seen, true, verdict)) return verdict;
  switch (action) {
    case Action::rewrite: verdict.item = item_of(candidate, seen, action); break;
    case Action::drop: judge_drop(candidate, seen, drop, verdict); break;
    case Action::sweep: judge_sweep(candidate, seen, verdict); break;
    case Action::remove: judge_removal(candidate, seen, verdict); break;
    case Action::share: break;
  }
  return verdict;
}

// A launch reads the group and the binary; a warm start of TorchInductor the binary alone. Who looks at the IR or at
// the metadata, as tcm itself does in a cache of others, does not use the kernel. What was counted is a use, too: of
// the two sources the later one is right.
std::int64_t Judge::last_use_of(const Candidate& candidate, const cache::Inspection& seen) const {
  const cache::FileTypes& types = backends_.naming().types();
  std::int64_t newest = candidate.last_hit_ns;
  for (const cache::InspectedFile& file : seen.files)
    if (cache::is_group(file.name) || cache::kind_by_name(file.name, candidate.backend, types) == ArtifactKind::binary)
      newest = std::max({newest, file.node.atime_ns, file.node.mtime_ns});
  return newest == candidate.last_hit_ns ? std::max(newest, seen.last_use_ns) : newest;
}

std::int64_t Judge::last_use(const Candidate& candidate) const {
  return last_use_of(candidate, cache::inspect(roots_.root(candidate.root), candidate.key));
}

bool Judge::may_touch(const Candidate& candidate, const cache::Inspection& seen, bool chosen, Verdict& verdict) const {
  if (seen.untouchable) {
    keep(verdict, *seen.untouchable, seen.detail);
  } else if (!seen.stamp.same_state(candidate.stamp)) {
    keep(verdict, KeptReason::changed, "changed while the plan was made");
  } else if (seen.other_user && (rewrites() || !seen.removable)) {
    keep(verdict, KeptReason::other_user, "of user " + util::user_name(*seen.other_user));
  } else if (!chosen && request_.unused_since_ns && last_use_of(candidate, seen) > *request_.unused_since_ns) {
    keep(verdict, KeptReason::recent);
  } else if (!seen.links.empty()) {
    keep(verdict, KeptReason::symlink, seen.links.front());
  } else if (!seen.writer.empty()) {
    keep(verdict, KeptReason::in_use, seen.writer);
  } else if (std::string user = used_.user_of(seen.files); !user.empty() && request_.mode != PruneMode::relocate) {
    keep(verdict, KeptReason::in_use, std::move(user));
  } else if (now_ns_ - seen.newest_ns < request_.grace_ns) {
    keep(verdict, KeptReason::young, fmt::format("changed {} ago", util::format_age(now_ns_, seen.newest_ns)));
  }
  return !verdict.kept;
}

bool Judge::rewrites() const {
  return request_.mode == PruneMode::drop || request_.mode == PruneMode::share ||
         request_.mode == PruneMode::relocate || request_.mode == PruneMode::repair;
}

PlanItem Judge::item_of(const Candidate& candidate, const cache::Inspection& seen, Action action) const {
  PlanItem item;
  item.root = candidate.root;
  item.record_id = candidate.record_id;
  item.name = candidate.name;
  item.kind = candidate.kind;
  item.kernels = candidate.kernels;
  item.last_use_ns = last_use_of(candidate, seen);
  item.change.key = candidate.key;
  item.change.stamp = seen.stamp;
  item.change.action = action;
  return item;
}

void Judge::judge_drop(const Candidate& candidate, const cache::Inspection& seen, model::KindSet dropped,
                       Verdict& verdict) const {
  if (candidate.kind != EntryKind::kernel) return;
  const cache::Naming& naming = backends_.naming();
  const cache::GroupStems groups = cache::groups_of(seen);
  const bool several = groups.count() > 1;
  Kinds kinds;
  if (several) kinds = kinds_in(roots_.root(candidate.root).read_entry(candidate.key, naming), candidate.ordinals);

  verdict.item = item_of(candidate, seen, Action::drop);
  verdict.item->change.kinds = dropped;
  if (several) verdict.item->change.ordinals = candidate.ordinals;
  for (const cache::InspectedFile& file : seen.files) {
    const auto found = kinds.find(file.name);
    if (several && found == kinds.end()) continue;
    const ArtifactKind kind =
        several ? found->second : cache::kind_by_name(file.name, candidate.backend, *naming.file_types);
    // What somebody added to a kernel's files has another name, and is theirs.
    const bool of_kernel = groups.empty() || groups.has_file(file.name);
    if (dropped.has(kind) && !always_stays(kind) && of_kernel) take(file, kind, verdict);
  }
  if (verdict.item->files == 0) {
    verdict.item.reset();
  } else if (is_of_triton2(candidate, seen)) {
    verdict = {};
    keep(verdict, KeptReason::needs_ir);
  }
}

bool Judge::holds_foreign_files(const Candidate& candidate, const cache::Inspection& seen, Verdict& verdict) const {
  const cache::Naming& naming = backends_.naming();
  if (candidate.kind == EntryKind::foreign) {
    keep(verdict, KeptReason::foreign_file, "not an entry of Triton's");
  } else if (!seen.nested.empty()) {
    keep(verdict, KeptReason::foreign_file, seen.nested.front() + "/");
  } else if (auto foreign = cache::foreign_in_temporaries(seen, candidate.key, *naming.file_types)) {
    keep(verdict, KeptReason::foreign_file, std::move(*foreign));
  } else if (!cache::is_temporary_entry(candidate.key) &&
             !cache::all_known_by_name(seen, candidate.backend, *naming.file_types)) {
    const model::Entry entry = roots_.root(candidate.root).read_entry(candidate.key, naming);
    for (const cache::InspectedFile& file : seen.files)
      if (!verdict.kept && !cache::is_tritons(file, entry)) keep(verdict, KeptReason::foreign_file, file.name);
  }
  return verdict.kept.has_value();
}

void Judge::judge_removal(const Candidate& candidate, const cache::Inspection& seen, Verdict& verdict) const {
  if (holds_foreign_files(candidate, seen, verdict)) return;
  // An index that was written within one tick of a clock may have missed the last file of a compile.
  if (is_debris(candidate.kind) && !cache::is_temporary_entry(candidate.key) && cache::group_count(seen) > 0)
    return keep(verdict, KeptReason::changed, "has a group now, so it is a kernel; run `tcm index --full-rescan`");
  if (cache::group_count(seen) > candidate.ordinals.size()) {
    keep(verdict, KeptReason::other_kernels, fmt::format("{} kernels in one entry", cache::group_count(seen)));
    return;
  }
  verdict.item = item_of(candidate, seen, Action::remove);
  std::uint64_t in_files = 0;
  for (const cache::InspectedFile& file : seen.files) {
    in_files += file.node.allocated;
    take(file, cache::kind_by_name(file.name, candidate.backend, *backends_.naming().file_types), verdict);
  }
  verdict.item->frees += seen.allocated - std::min(seen.allocated, in_files);  // the directories themselves
}

void Judge::judge_sweep(const Candidate& candidate, const cache::Inspection& seen, Verdict& verdict) const {
  if (is_debris(candidate.kind)) {
    judge_removal(candidate, seen, verdict);
    if (verdict.item)
      verdict.item->reason = candidate.kind == EntryKind::leftover ? "temporaries of a dead writer"
                             : candidate.kind == EntryKind::empty  ? "empty: a look-up that never became a compile"
                                                                   : "partial: a compile that never finished";
    return;
  }
  if (seen.temporaries.empty() || candidate.kind == EntryKind::foreign) return;
  std::set<std::string_view> left;
  for (const std::string& name : seen.temporaries) {
    auto foreign = cache::foreign_in_temporaries(seen, candidate.key, *backends_.naming().file_types, name);
    if (!foreign) continue;
    left.insert(name);
    if (left.size() == seen.temporaries.size()) return keep(verdict, KeptReason::foreign_file, std::move(*foreign));
  }
  verdict.item = item_of(candidate, seen, Action::sweep);
  verdict.item->kernels = 0;
  verdict.item->reason = "temporaries of a dead writer";
  for (const cache::InspectedFile& file : seen.files)
    if (cache::is_of_temporaries(file.name, seen) && !left.contains(first_component(file.name)))
      take(file, ArtifactKind::other, verdict);
  verdict.item->frees += seen.temporary_directories;
}

}  // namespace tcm::service
