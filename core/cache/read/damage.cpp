// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/damage.hpp"

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/key.hpp"

namespace tcm::cache {
namespace {

using model::ArtifactKind;
using model::SkipReason;

void mark_files(Draft& draft, const EntryFiles& files, const FileTypes& types) {
  bool has_binary = false;
  for (const std::string& name : draft.children) {
    const HitRole role = role_of(name, draft.record.facts.backend, draft.binary_ext, types);
    if (role == HitRole::dispensable) continue;
    has_binary |= role == HitRole::binary;
    if (files.has_other(name)) continue;  // a link: what it leads to is not looked at
    const EntryFile* file = files.find(name);
    if (!file && role == HitRole::binary)
      return mark_broken(draft, SkipReason::binary_missing, name, "not in the entry");
    if (!file) return mark_broken(draft, SkipReason::file_missing, name, "not in the entry");
    if (role == HitRole::binary && file->bytes == 0)
      return mark_broken(draft, SkipReason::binary_empty, name, "empty file");
  }
  if (!has_binary) mark_broken(draft, SkipReason::binary_missing, draft.group, "lists no binary");
}

}  // namespace

HitRole role_of(std::string_view name, std::string_view backend, std::string_view binary_ext, const FileTypes& types) {
  const std::string_view extension = extension_of(name);
  if (extension == ".json") return HitRole::dispensable;  // which metadata counts is told elsewhere
  // Where the metadata names what the driver loads, other binaries lie beside it for nothing.
  if (!binary_ext.empty() && extension.size() > 1 && extension.substr(1) == binary_ext) return HitRole::binary;
  const FileType* type = types.find(backend, extension);
  if (!type) return HitRole::unknown;
  switch (type->kind) {
    case ArtifactKind::binary: return binary_ext.empty() ? HitRole::binary : HitRole::dispensable;
    case ArtifactKind::ir:
    case ArtifactKind::assembly:
    case ArtifactKind::source: return HitRole::dispensable;
    default: return HitRole::unknown;
  }
}

void mark_damage(Draft& draft, const EntryFiles& files, std::string_view key, const FileTypes& types) {
  // A group that lists nothing is a miss, which heals.
  if (draft.record.kind != model::EntryKind::kernel || draft.group.empty() || draft.children.empty()) return;
  if (key_encoding(key) == KeyEncoding::md5_hex) return;
  if (!draft.missing.empty())
    return mark_broken(draft, SkipReason::metadata_incomplete, draft.metadata, "lacks " + draft.missing);
  if (types.knows_binaries_of(draft.record.facts.backend)) mark_files(draft, files, types);
}

}  // namespace tcm::cache
