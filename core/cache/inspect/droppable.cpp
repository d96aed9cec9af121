// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/droppable.hpp"

#include <algorithm>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/group_stems.hpp"

namespace tcm::cache {
namespace {

using model::Artifact;
using model::ArtifactKind;
using model::Record;

// Of what nobody knows it may be the binary, and modules are not of one kernel.
constexpr model::KindSet kDroppable{ArtifactKind::ir, ArtifactKind::source, ArtifactKind::assembly};

bool is_nested(const Artifact& artifact) { return artifact.name.find('/') != std::string::npos; }

GroupStems groups_of(const Record& record) {
  GroupStems groups;
  for (const Artifact& artifact : record.artifacts)
    if (artifact.kind == ArtifactKind::group && !is_nested(artifact)) groups.add(artifact.name);
  return groups;
}

// What a kernel is run from: its binary, or what may be it.
bool is_run_from(const Artifact& artifact) {
  return (artifact.kind == ArtifactKind::binary || artifact.kind == ArtifactKind::other) && !is_unfinished(artifact);
}

}  // namespace

bool is_unfinished(const Artifact& artifact) { return is_nested(artifact) || is_temporary(artifact.name); }

const Artifact* group_of(const Record& record) {
  for (const Artifact& artifact : record.artifacts)
    if (artifact.kind == ArtifactKind::group && !is_nested(artifact)) return &artifact;
  return nullptr;
}

const Artifact* metadata_of(const Record& record) {
  const Artifact* group = group_of(record);
  if (!group) return nullptr;
  for (const Artifact& artifact : record.artifacts)
    if (artifact.kind == ArtifactKind::metadata && stem_of(artifact.name) == group_stem(group->name)) return &artifact;
  return nullptr;
}

tl::expected<std::vector<const Artifact*>, std::string> droppable(const Record& record, model::KindSet kinds) {
  const auto& artifacts = record.artifacts;
  const GroupStems groups = groups_of(record);
  std::vector<const Artifact*> dropped;
  for (const Artifact& artifact : artifacts)
    // A file that is called otherwise than the kernel's group was put there by somebody, and is his.
    if (kDroppable.has(artifact.kind) && kinds.has(artifact.kind) && !is_unfinished(artifact) &&
        (groups.empty() || groups.has_file(artifact.name)))
      dropped.push_back(&artifact);
  if (dropped.empty()) return dropped;
  if (std::none_of(artifacts.begin(), artifacts.end(),
                   [](const Artifact& artifact) { return artifact.kind == ArtifactKind::group; }))
    return tl::unexpected<std::string>(
        "has no group file, so nothing would run what is left; remove the whole entry instead");
  if (std::none_of(artifacts.begin(), artifacts.end(), is_run_from))
    return tl::unexpected<std::string>(
        "has no binary, so nothing could run what is left; remove the whole entry instead");
  return dropped;
}

}  // namespace tcm::cache
