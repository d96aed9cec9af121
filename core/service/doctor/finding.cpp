// SPDX-License-Identifier: Apache-2.0
#include "core/service/doctor/finding.hpp"

#include <array>

namespace tcm::service {
namespace {

using cache::Severity;
using enum DoctorSection;
using Id = DoctorFindingId;

// clang-format off
constexpr std::array kFindings = std::to_array<DoctorFindingText>({
    {Id::cache_unusable, "cache-unusable", caches, Severity::error,
     "the path of a cache is not a directory, or this user may not read it",
     "let the variable name a directory of yours, or correct its permissions"},
    {Id::cache_not_indexed, "cache-not-indexed", caches, Severity::hint,
     "a cache that the index does not know",
     "tcm index DIR, or tcm index --discover for all of them"},
    {Id::index_stale, "index-stale", caches, Severity::hint,
     "entries came or went since the cache was indexed",
     "tcm index"},
    {Id::root_absent, "root-absent", caches, Severity::warning,
     "the index knows a cache that is not there",
     "mount it, or tcm index --forget DIR"},
    {Id::entries_broken, "entries-broken", caches, Severity::error,
     "entries on which jobs fail",
     "tcm repair"},
    {Id::entries_elsewhere, "entries-elsewhere", caches, Severity::warning,
     "kernels whose groups name another directory, so that Triton misses them",
     "tcm relocate"},
    {Id::entries_left_over, "entries-left-over", caches, Severity::hint,
     "what dead writers left: temporaries, empty and partial entries",
     "tcm prune --leftovers"},
    {Id::over_limit, "over-limit", caches, Severity::warning,
     "the caches are over a limit of the settings",
     "tcm prune --full"},
    {Id::store_not_managed, "store-not-managed", caches, Severity::hint,
     "another cache manager keeps Triton's entries in one file, which tcm does not read",
     "nothing with tcm; see the documentation of that manager"},
    {Id::mount_noexec, "mount-noexec", mounts, Severity::error,
     "the file system lets nothing be executed: Triton cannot load its helper modules",
     "mount it with exec, or let TRITON_CACHE_DIR name another directory"},
    {Id::mount_read_only, "mount-read-only", mounts, Severity::warning,
     "the file system is read-only: a kernel that is not in the cache yet cannot be stored",
     "fill the cache before, or let TRITON_CACHE_DIR name a directory that can be written"},
    {Id::mount_noatime, "mount-noatime", mounts, Severity::warning,
     "the file system keeps no access times: the last use is not known, and --unused-for goes by the last change",
     "mount it with relatime, or count uses: tcm hits setup"},
    {Id::mount_network, "mount-network", mounts, Severity::warning,
     "the cache is on a network file system: hosts that write the same entries get in each other's way",
     "let TRITON_CACHE_DIR name a local directory"},
    {Id::mount_in_memory, "mount-in-memory", mounts, Severity::hint,
     "the cache is in memory: it takes part of it, and is gone when the machine starts again",
     "let TRITON_CACHE_DIR name a directory on a disk if kernels should stay"},
    {Id::disk_full, "disk-full", mounts, Severity::error,
     "the file system has no space left",
     "tcm prune --full --max-size SIZE, or tcm du to see what takes the space"},
    {Id::disk_nearly_full, "disk-nearly-full", mounts, Severity::warning,
     "the file system has less than 5% of its space left",
     "tcm prune, or tcm du to see what takes the space"},
    {Id::inodes_full, "inodes-full", mounts, Severity::error,
     "the file system takes no more files",
     "tcm prune, which removes the files of each kernel that no job reads, most of them"},
    {Id::inodes_nearly_full, "inodes-nearly-full", mounts, Severity::warning,
     "the file system has less than 5% of its inodes left",
     "tcm prune, which removes the files of each kernel that no job reads, most of them"},
    {Id::plugins_none, "plugins-none", plugins, Severity::warning,
     "no backend is loaded: binaries are not read, and architectures are shown as they stand",
     "install the backends of tcm, or name their directory with --plugin-path"},
    {Id::plugin_refused, "plugin-refused", plugins, Severity::warning,
     "a backend was found and cannot be used",
     "tcm plugins says why; install one that was made for this release"},
    {Id::target_not_served, "target-not-served", plugins, Severity::hint,
     "kernels of a target that no backend serves: nobody reads their binaries",
     "install a backend for it"},
    {Id::index_missing, "index-missing", database, Severity::hint,
     "there is no index yet",
     "tcm index --discover"},
    {Id::index_damaged, "index-damaged", database, Severity::error,
     "the index is damaged, or the file is not an index",
     "delete the file, then tcm index; the caches are not affected"},
    {Id::index_unreachable, "index-unreachable", database, Severity::error,
     "the database cannot be reached or opened",
     "start the server, or correct storage.url and the rights to it"},
    {Id::index_too_new, "index-too-new", database, Severity::error,
     "a later release made the index",
     "use that release of tcm, or another index with --db"},
    {Id::index_old_schema, "index-old-schema", database, Severity::hint,
     "an earlier release made the index",
     "tcm db migrate; the next command that reads it does it, too"},
    {Id::settings_broken, "settings-broken", settings, Severity::error,
     "a file of settings cannot be used: no command works but those that mend it",
     "correct the line, or tcm config set KEY VALUE"},
    {Id::settings_ignored, "settings-ignored", settings, Severity::warning,
     "a file of settings is there and does not count",
     "remove it, or correct its owner and permissions"},
    {Id::setting_does_nothing, "setting-does-nothing", settings, Severity::hint,
     "a setting has no effect because of the others",
     "remove it; tcm config path names the files"},
    {Id::settings_contradict, "settings-contradict", settings, Severity::warning,
     "two settings contradict each other",
     "change one of them: tcm config set KEY VALUE"},
    {Id::variable_unknown, "variable-unknown", settings, Severity::warning,
     "tcm does not read this variable",
     "correct its name, or unset it"},
    {Id::variable_empty, "variable-empty", settings, Severity::error,
     "a variable is set to nothing: Triton 3.4 and later fail on it",
     "unset it, or give it a value"},
    {Id::job_cache_not_indexed, "job-cache-not-indexed", jobs, Severity::hint,
     "a running process has a cache that the index does not know",
     "tcm index DIR"},
    {Id::job_mapped_file_gone, "job-mapped-file-gone", jobs, Severity::warning,
     "a running process uses a file of a cache that was deleted: what it starts anew may fail",
     "restart the job; tcm prune leaves alone what runs"},
});
// clang-format on

}  // namespace

std::span<const DoctorFindingText> doctor_finding_texts() { return kFindings; }

const DoctorFindingText& text_of(DoctorFindingId id) {
  // In the order of the enumeration, which a test checks.
  return kFindings[static_cast<std::size_t>(id)];
}

std::string_view to_string(DoctorFindingId id) { return text_of(id).name; }

std::string_view to_string(DoctorSection section) {
  switch (section) {
    case caches: return "caches";
    case mounts: return "mounts";
    case plugins: return "plugins";
    case database: return "database";
    case settings: return "settings";
    case jobs: break;
  }
  return "jobs";
}

std::string todo_of(const DoctorFinding& finding) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+";
  std::string text(text_of(finding.id).todo);
  const std::size_t at = text.find("DIR");
  // Part of a variable's name is no place.
  if (at == std::string::npos || (at > 0 && text[at - 1] == '_')) return text;
  std::string place = finding.subject;
  if (place.empty() || place.find_first_not_of(kPlain) != std::string::npos) {
    place = "'";
    for (const char c : finding.subject) c == '\'' ? place += "'\\''" : place += c;
    place += "'";
  }
  return text.replace(at, 3, place);
}

}  // namespace tcm::service
