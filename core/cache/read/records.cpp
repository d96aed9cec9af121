// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/records.hpp"

#include <algorithm>

#include "core/cache/format/file_names.hpp"
#include "core/cache/read/damage.hpp"

namespace tcm::cache {
namespace {

using model::Artifact;
using model::ArtifactKind;
using model::EntryKind;

bool has_compiled_files(EntryKind kind) {
  return kind == EntryKind::kernel || kind == EntryKind::broken || kind == EntryKind::partial;
}

// A string without its quotes, everything else as it is: what is shown when no backend knows better.
std::string plain_arch(std::string_view json) {
  const bool is_simple_string = json.size() >= 2 && json.front() == '"' && json.find('\\') == std::string_view::npos;
  return std::string(is_simple_string ? json.substr(1, json.size() - 2) : json);
}

// What no draft names goes to the one whose stem is the longest that the file's name begins with, else to the first.
int owner_by_stem(const EntryFile& file, const std::vector<Draft>& drafts) {
  int owner = 0;
  std::size_t longest = 0;
  const std::string_view name = file.base_name();
  for (std::size_t i = 0; i < drafts.size() && drafts.size() > 1; ++i) {
    const std::string& stem = drafts[i].stem;
    if (stem.size() <= longest || name.size() <= stem.size() || name[stem.size()] != '.') continue;
    if (!name.starts_with(stem)) continue;
    longest = stem.size();
    owner = static_cast<int>(i);
  }
  return owner;
}

void assign_owners(const std::vector<Draft>& drafts, EntryFiles& files) {
  if (drafts.size() == 1 && drafts.front().children.empty()) {
    for (EntryFile& file : files.files) file.owner = 0;
    return;
  }
  const auto give = [&files](std::string_view name, int owner, bool listed) {
    EntryFile* file = files.find(name);
    if (!file) return;
    if (file->owner < 0) file->owner = owner;
    if (file->owner == owner) file->listed |= listed;
  };
  const int count = static_cast<int>(drafts.size());
  for (int i = 0; i < count; ++i) give(drafts[i].group, i, false);
  for (int i = 0; i < count; ++i) give(drafts[i].metadata, i, false);
  for (int i = 0; i < count; ++i)
    for (const std::string& child : drafts[i].children) give(child, i, true);
  for (EntryFile& file : files.files)
    if (file.owner < 0) file.owner = owner_by_stem(file, drafts);
}

Artifact artifact_of(EntryFile& file, const Draft& draft, std::string_view target, const FileTypes& types) {
  Artifact made;
  made.bytes = file.bytes;
  // What is being written, or was left half written, is nobody's artifact yet, whatever it is going to be.
  if (const bool temporary = is_of_a_temporary(file.name); temporary || file.nested()) {
    made.type = temporary ? "tmp" : "";
    made.name = std::move(file.name);
    return made;
  }
  const std::string_view extension = extension_of(file.name);
  const std::string_view bare = extension.empty() ? extension : extension.substr(1);
  const FileType* type = types.find(target, extension);
  if (is_label(bare)) made.type = bare;
  if (is_group(file.name) && file.name != draft.metadata) {
    made.kind = ArtifactKind::group;
  } else if (type) {
    made.kind = type->kind;
    made.type = type->label;
  } else if ((!bare.empty() && bare == draft.binary_ext) || (file.listed && extension == ".so")) {
    // Some backends compile a kernel to a shared object: what a group lists is part of the kernel.
    made.kind = ArtifactKind::binary;
  } else if (is_module(file.name)) {
    made.kind = ArtifactKind::module;
  }
  made.name = std::move(file.name);
  return made;
}

// Old releases did not write their target; the extension of a file may tell it.
void name_backend(Draft& draft, int index, const EntryFiles& files, const FileTypes& types) {
  std::string& backend = draft.record.facts.backend;
  if (!has_compiled_files(draft.record.kind)) return;
  for (const EntryFile& file : files.files)
    if (backend.empty() && file.owner == index && !file.nested()) backend = types.target_of(extension_of(file.name));
}

model::Record finish(Draft& draft, int index, EntryFiles& files, const Naming& naming) {
  model::Record record = std::move(draft.record);
  model::KernelFacts& facts = record.facts;
  const FileTypes& types = naming.types();
  if (!facts.arch.empty())
    facts.arch = naming.arch_of ? naming.arch_of(facts.backend, facts.arch) : plain_arch(facts.arch);

  record.artifacts.reserve(static_cast<std::size_t>(std::count_if(
      files.files.begin(), files.files.end(), [index](const EntryFile& file) { return file.owner == index; })));
  for (EntryFile& file : files.files) {
    if (file.owner != index) continue;
    record.artifacts.push_back(artifact_of(file, draft, facts.backend, types));
    const ArtifactKind kind = record.artifacts.back().kind;
    if (kind == ArtifactKind::group || kind == ArtifactKind::binary)
      files.used_ns = std::max(files.used_ns, file.atime_ns);
  }
  return record;
}

}  // namespace

std::vector<model::Record> make_records(std::vector<Draft> drafts, EntryFiles& files, std::string_view key,
                                        const Naming& naming) {
  assign_owners(drafts, files);
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    name_backend(drafts[i], static_cast<int>(i), files, naming.types());
    mark_damage(drafts[i], files, key, naming.types());
  }
  std::vector<model::Record> records;
  records.reserve(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i)
    records.push_back(finish(drafts[i], static_cast<int>(i), files, naming));
  if (files.used_ns == 0)
    for (const EntryFile& file : files.files) files.used_ns = std::max(files.used_ns, file.atime_ns);
  return records;
}

}  // namespace tcm::cache
