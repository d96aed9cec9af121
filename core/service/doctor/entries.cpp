// SPDX-License-Identifier: Apache-2.0
// What the index knows of entries that fail jobs or take room for nothing, and the limits of the settings.
#include <fmt/format.h>

#include "core/service/doctor/checks.hpp"
#include "core/util/text/bytes.hpp"

namespace tcm::service {
namespace {

using model::EntryKind;

/// Entries by root, as a finding tells them.
void tell_by_root(Examination& examination, const index::Criteria& criteria, DoctorFindingId id) {
  const auto groups = examination.index->group(criteria, {index::GroupKey::root});
  if (!groups)
    return examination.found(DoctorFindingId::index_unreachable, examination.report.database->where,
                             groups.error().message);
  for (const index::Group& group : *groups) {
    const std::int64_t entries = group.sums.entries;
    examination.found(id, group.values.front(),
                      fmt::format("{} {}, {}", util::format_count(static_cast<std::uint64_t>(entries)),
                                  entries == 1 ? "entry" : "entries", util::format_bytes(group.sums.bytes.total())));
  }
}

template <class T>
std::string rule_of(std::string_view key, const config::Setting<T>& setting) {
  return fmt::format("{} ({})", key, to_string(setting.origin));
}

void check_limits(Examination& examination) {
  const config::PruneSettings& prune = examination.request.settings.prune;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  for (const index::RootRow& row : examination.roots) {
    if (row.absent_ns != 0) continue;
    bytes += static_cast<std::uint64_t>(row.bytes);
    files += static_cast<std::uint64_t>(row.files);
  }
  if (prune.max_size.value && bytes > *prune.max_size.value)
    examination.found(
        DoctorFindingId::over_limit, rule_of("prune.max_size", prune.max_size),
        fmt::format("{} where {} are allowed", util::format_bytes(bytes), util::format_bytes(*prune.max_size.value)));
  if (prune.max_files.value && files > *prune.max_files.value)
    examination.found(DoctorFindingId::over_limit, rule_of("prune.max_files", prune.max_files),
                      fmt::format("{} files where {} are allowed", util::format_count(files),
                                  util::format_count(*prune.max_files.value)));
}

}  // namespace

void check_entries(Examination& examination) {
  if (!examination.index) return;
  index::Criteria here;
  for (const index::RootRow& row : examination.roots)
    if (row.absent_ns != 0) here.without_root_ids.push_back(row.id);
  index::Criteria broken = here;
  broken.kinds = {EntryKind::broken};
  tell_by_root(examination, broken, DoctorFindingId::entries_broken);
  index::Criteria elsewhere = here;
  elsewhere.elsewhere = true;
  tell_by_root(examination, elsewhere, DoctorFindingId::entries_elsewhere);
  index::Criteria left = here;
  left.kinds = {EntryKind::leftover, EntryKind::empty, EntryKind::partial};
  tell_by_root(examination, left, DoctorFindingId::entries_left_over);
  check_limits(examination);
}

}  // namespace tcm::service
