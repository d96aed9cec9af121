// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/draft.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/metadata.hpp"
#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

using model::SkipReason;

constexpr std::size_t kMaxEntryMetadata = 4 * kMaxJsonBytes;

void take_facts(Draft& draft, Metadata&& metadata, std::string&& text) {
  model::KernelFacts& facts = draft.record.facts;
  facts = std::move(metadata.facts);
  if (facts.name.empty()) facts.name = draft.stem;
  // Databases and backends read JSON.
  auto plain = without_number_words(text, "null");
  facts.metadata = plain ? std::move(*plain) : std::move(text);
  draft.binary_ext = std::move(metadata.binary_ext);
  draft.missing = std::move(metadata.missing);
  draft.has_ctime = metadata.has_ctime;
  // Kept here until the backend is known for sure; make_records() makes the canonical form of it.
  facts.arch = std::move(metadata.arch_json);
}

}  // namespace

void mark_broken(Draft& draft, SkipReason reason, std::string_view file, std::string_view what) {
  draft.record.kind = model::EntryKind::broken;
  draft.record.problem = reason;
  draft.record.problem_detail = fmt::format("{}: {}", util::escape_control(file), what);
}

bool read_json(OpenEntry& entry, const std::string& name, SkipReason too_large, std::string& text, Draft& draft) {
  const disk::ReadOutcome outcome = disk::read_file_at(entry.directory, name.c_str(), kMaxJsonBytes, text);
  if (outcome.status != disk::ReadStatus::failed && outcome.status != disk::ReadStatus::not_a_file) {
    if (EntryFile* file = entry.files.find(name)) {
      file->bytes = outcome.bytes;
      if (!file->sized) file->atime_ns = outcome.atime_ns;  // several kernels may share a file
      file->sized = true;
    }
  }
  entry.files.left_ns = std::max(entry.files.left_ns, outcome.left_ns);
  switch (outcome.status) {
    case disk::ReadStatus::ok: return true;
    case disk::ReadStatus::too_large:
      mark_broken(draft, too_large, name, fmt::format("{} bytes", outcome.bytes));
      break;
    case disk::ReadStatus::not_a_file: mark_broken(draft, SkipReason::unreadable, name, "not a regular file"); break;
    case disk::ReadStatus::failed:
      if (outcome.error == ELOOP) {
        mark_broken(draft, SkipReason::symlink, name, "symbolic link, not followed");
      } else {
        entry.files.changed |= outcome.error == ENOENT;
        entry.try_again = true;
        mark_broken(draft, SkipReason::unreadable, name, util::error_text(outcome.error));
      }
      break;
  }
  return false;
}

void read_metadata(OpenEntry& entry, const std::string& name, Draft& draft) {
  draft.metadata = name;
  std::string text;
  if (!read_json(entry, name, SkipReason::metadata_too_large, text, draft)) return;
  // One file may have many names, which cost whoever makes them nothing.
  if (entry.metadata_bytes + text.size() > kMaxEntryMetadata)
    return mark_broken(draft, SkipReason::metadata_too_large, name,
                       fmt::format("more than {} bytes of metadata in one entry", kMaxEntryMetadata));
  auto metadata = parse_metadata(text);
  if (metadata) entry.metadata_bytes += text.size();
  if (metadata)
    take_facts(draft, std::move(*metadata), std::move(text));
  else
    mark_broken(draft, metadata.error().reason, name, metadata.error().detail);
}

}  // namespace tcm::cache
