// SPDX-License-Identifier: Apache-2.0
// What can be wrong with the caches of a machine and what surrounds them: one table, from which output, JSON and
// documentation come.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/cache/verify/finding.hpp"

namespace tcm::service {

enum class DoctorSection : std::uint8_t { caches, mounts, plugins, database, settings, jobs };

enum class DoctorFindingId : std::uint8_t {
  cache_unusable,
  cache_not_indexed,
  index_stale,
  root_absent,
  entries_broken,
  entries_elsewhere,
  entries_left_over,
  over_limit,
  store_not_managed,
  mount_noexec,
  mount_read_only,
  mount_noatime,
  mount_network,
  mount_in_memory,
  disk_full,
  disk_nearly_full,
  inodes_full,
  inodes_nearly_full,
  plugins_none,
  plugin_refused,
  target_not_served,
  index_missing,
  index_damaged,
  index_unreachable,
  index_too_new,
  index_old_schema,
  settings_broken,
  settings_ignored,
  setting_does_nothing,
  settings_contradict,
  variable_unknown,
  variable_empty,
  job_cache_not_indexed,
  job_mapped_file_gone,
};

/// A row of the table. The names never change: scripts use them.
struct DoctorFindingText {
  DoctorFindingId id;
  std::string_view name;
  DoctorSection section;
  cache::Severity severity;  ///< an error makes jobs or tcm fail
  std::string_view what;     ///< what is wrong, for people
  std::string_view todo;     ///< what to do, for people; DIR stands for the place that it is about
};

std::span<const DoctorFindingText> doctor_finding_texts();
const DoctorFindingText& text_of(DoctorFindingId id);
std::string_view to_string(DoctorFindingId id);
std::string_view to_string(DoctorSection section);

/// One thing that was found.
struct DoctorFinding {
  DoctorFindingId id = DoctorFindingId::cache_unusable;
  std::string subject;  ///< the path, setting, variable or process; any bytes
  std::string detail;   ///< what exactly, one line; may be empty
};

/// What to do about it: the table's words with DIR replaced, quoted for a shell.
std::string todo_of(const DoctorFinding& finding);

}  // namespace tcm::service
