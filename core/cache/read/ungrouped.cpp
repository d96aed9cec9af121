// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/ungrouped.hpp"

#include <algorithm>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/key.hpp"

namespace tcm::cache {
namespace {

using model::EntryKind;
using model::SkipReason;

// Whether something in the entry is there to stay; the rest is what writers leave.
bool is_lasting(const EntryFile& file) {
  return !is_of_a_temporary(file.name) && !is_temporary(file.base_name()) && file.name != "lock";
}

template <class Test>
const EntryFile* first_lasting(const EntryFiles& found, Test test) {
  for (const EntryFile& file : found.files)
    if (!file.nested() && is_lasting(file) && test(file.name)) return &file;
  return nullptr;
}

bool only_leftovers(const EntryFiles& found) {
  return std::none_of(found.files.begin(), found.files.end(), is_lasting) &&
         std::all_of(found.directories.begin(), found.directories.end(), is_temporary_directory) &&
         std::all_of(found.others.begin(), found.others.end(), is_temporary);
}

Draft draft_of(EntryKind kind, std::string_view name = {}) {
  Draft draft;
  draft.record.kind = kind;
  draft.record.facts.name = name;
  return draft;
}

Draft foreign() {
  Draft draft = draft_of(EntryKind::foreign);
  draft.record.problem = SkipReason::not_an_entry;
  draft.record.problem_detail = "neither its name nor its files are Triton's";
  return draft;
}

Draft classify(std::string_view key, const EntryFiles& found) {
  if (is_temporary_entry(key)) return draft_of(EntryKind::leftover);
  if (const EntryFile* file = first_lasting(found, is_autotune))
    return draft_of(EntryKind::autotune, autotune_stem(file->name));
  // Users save IR in directories of theirs, and call them as they like: without a group only a key's name tells.
  const auto encoding = key_encoding(key);
  if (!encoding || !looks_random(key, *encoding)) return foreign();
  if (found.nothing()) return draft_of(EntryKind::empty);
  if (only_leftovers(found)) return draft_of(EntryKind::leftover);
  if (!first_lasting(found, is_compile_output))
    if (const EntryFile* file = first_lasting(found, is_module))
      // Up to the first dot: behind it is the interpreter's tag ("launcher.cpython-312-x86_64-linux-gnu.so").
      return draft_of(EntryKind::module, std::string_view(file->name).substr(0, file->name.find('.')));
  return draft_of(EntryKind::partial);
}

/// What the json files of an entry without a group are.
struct UngroupedKernels {
  std::vector<Draft> drafts;
  std::string unreadable;  ///< a json that could not be opened, and why, when none of them is a kernel's
};

// Triton 2.0 wrote no group; its metadata has an object `ctime` that no later release writes.
UngroupedKernels read_kernels(OpenEntry& entry) {
  UngroupedKernels found;
  std::vector<Draft> other;
  for (std::size_t i = 0; i < entry.files.files.size(); ++i) {
    const EntryFile& file = entry.files.files[i];
    const std::string name = file.name;
    if (file.nested() || !is_lasting(file) || !name.ends_with(".json") || is_autotune(name)) continue;
    Draft draft = draft_of(EntryKind::kernel);
    draft.stem = name.substr(0, name.size() - std::string_view(".json").size());
    read_metadata(entry, name, draft);
    (draft.has_ctime ? found.drafts : other).push_back(std::move(draft));
  }
  if (!found.drafts.empty()) return found;
  // It cannot be told what the rest would have been; that it could not be opened is worth saying.
  for (Draft& draft : other)
    if (draft.record.problem == SkipReason::unreadable) found.unreadable = std::move(draft.record.problem_detail);
  return found;
}

}  // namespace

std::vector<Draft> read_ungrouped(OpenEntry& entry) {
  UngroupedKernels kernels;
  if (!is_temporary_entry(entry.key)) kernels = read_kernels(entry);
  if (!kernels.drafts.empty()) return std::move(kernels.drafts);
  std::vector<Draft> drafts{classify(entry.key, entry.files)};
  if (!kernels.unreadable.empty()) {
    drafts.front().record.problem = SkipReason::unreadable;
    drafts.front().record.problem_detail = std::move(kernels.unreadable);
  }
  return drafts;
}

}  // namespace tcm::cache
