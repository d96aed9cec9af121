// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/damage.hpp"

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/key.hpp"

namespace tcm::cache {
namespace {

using model::ArtifactKind;
using model::SkipReason;

enum class Role : std::uint8_t { binary, dispensable, unknown };

Role role_of(const Draft& draft, std::string_view name, const FileTypes& types) {
  const std::string_view extension = extension_of(name);
  if (extension == ".json") return Role::dispensable;  // read_metadata() has found the one that counts
  // Where the metadata names what the driver loads, other binaries in the entry serve nothing.
  if (!draft.binary_ext.empty() && extension.size() > 1 && extension.substr(1) == draft.binary_ext) return Role::binary;
  const FileType* type = types.find(draft.record.facts.backend, extension);
  if (!type) return Role::unknown;
  switch (type->kind) {
    case ArtifactKind::binary: return draft.binary_ext.empty() ? Role::binary : Role::dispensable;
    case ArtifactKind::ir:
    case ArtifactKind::assembly:
    case ArtifactKind::source: return Role::dispensable;
    default: return Role::unknown;
  }
}

void mark_files(Draft& draft, const EntryFiles& files, const FileTypes& types) {
  bool has_binary = false;
  for (const std::string& name : draft.children) {
    const Role role = role_of(draft, name, types);
    if (role == Role::dispensable) continue;
    has_binary |= role == Role::binary;
    if (files.has_other(name)) continue;  // a link: what it leads to is not looked at
    const EntryFile* file = files.find(name);
    if (!file && role == Role::binary) return mark_broken(draft, SkipReason::binary_missing, name, "not in the entry");
    if (!file) return mark_broken(draft, SkipReason::file_missing, name, "not in the entry");
    if (role == Role::binary && file->bytes == 0)
      return mark_broken(draft, SkipReason::binary_empty, name, "empty file");
  }
  if (!has_binary) mark_broken(draft, SkipReason::binary_missing, draft.group, "lists no binary");
}

}  // namespace

void mark_damage(Draft& draft, const EntryFiles& files, std::string_view key, const FileTypes& types) {
  // A group that lists nothing is a miss, which heals.
  if (draft.record.kind != model::EntryKind::kernel || draft.group.empty() || draft.children.empty()) return;
  if (key_encoding(key) == KeyEncoding::md5_hex) return;
  if (!draft.missing.empty())
    return mark_broken(draft, SkipReason::metadata_incomplete, draft.metadata, "lacks " + draft.missing);
  if (types.knows_binaries_of(draft.record.facts.backend)) mark_files(draft, files, types);
}

}  // namespace tcm::cache
