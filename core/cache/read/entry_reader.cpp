// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/entry_reader.hpp"

#include <fmt/format.h>

#include "core/cache/read/grouped.hpp"
#include "core/cache/read/records.hpp"
#include "core/cache/read/ungrouped.hpp"

namespace tcm::cache {

using model::SkipReason;

int EntryReader::read(std::vector<model::Record>& records) {
  EntryFiles& files = entry_.files;
  if (const int error = list_entry(entry_.directory, files); error != 0) return error;
  if (files.too_many) {
    records.emplace_back();
    records.back().kind = model::EntryKind::foreign;
    records.back().problem = SkipReason::too_many_files;
    records.back().problem_detail = fmt::format("more than {} files, not read", kMaxEntryFiles);
    return 0;
  }
  std::vector<Draft> drafts = read_groups(entry_);
  if (drafts.empty()) drafts = read_ungrouped(entry_);
  size_files(entry_.directory, files);
  records = make_records(std::move(drafts), files, entry_.key, naming_);

  model::Record& first = records.front();
  if (!files.unreadable.empty()) {
    entry_.try_again = true;
    if (first.problem == SkipReason::none) {
      first.problem = SkipReason::unreadable;
      first.problem_detail = files.unreadable;
    }
  }
  if (files.too_deep && (first.problem == SkipReason::none || first.problem == SkipReason::not_an_entry)) {
    first.problem = SkipReason::too_deep;
    first.problem_detail = fmt::format("more than {} directories below each other, not counted", kMaxEntryDepth);
  }
  return 0;
}

}  // namespace tcm::cache
