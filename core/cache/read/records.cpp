// SPDX-License-Identifier: Apache-2.0
// The last step of reading an entry: a draft and its files become a record.
#include <algorithm>

#include "core/cache/format/file_names.hpp"
#include "core/cache/read/entry_reader.hpp"
#include "core/util/text/text.hpp"

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

}  // namespace

model::Record EntryReader::finish(Draft& draft, int index) {
  model::Record record = std::move(draft.record);
  model::KernelFacts& facts = record.facts;
  const FileTypes* types = naming_.file_types;
  std::size_t count = 0;
  for (const EntryFile& file : files_.files) {
    if (file.owner != index) continue;
    ++count;
    if (types && facts.backend.empty() && has_compiled_files(record.kind) && !file.nested())
      facts.backend = types->target_of(extension_of(file.name));
  }
  if (!facts.arch.empty())
    facts.arch = naming_.arch_of ? naming_.arch_of(facts.backend, facts.arch) : plain_arch(facts.arch);

  record.artifacts.reserve(count);
  for (EntryFile& file : files_.files)
    if (file.owner == index) record.artifacts.push_back(artifact(file, draft, facts.backend));
  return record;
}

Artifact EntryReader::artifact(EntryFile& file, const Draft& draft, std::string_view target) const {
  Artifact made;
  made.bytes = file.bytes;
  // What is being written, or was left half written, is nobody's artifact yet, whatever it is going to be.
  if (file.nested() || is_temporary(file.name)) {
    made.type = is_temporary(file.name) ? "tmp" : "";
    made.name = std::move(file.name);
    return made;
  }
  const std::string_view extension = extension_of(file.name);
  const std::string_view bare = extension.empty() ? extension : extension.substr(1);
  static const FileTypes kSharedOnly;
  const FileTypes& types = naming_.file_types ? *naming_.file_types : kSharedOnly;
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

}  // namespace tcm::cache
