// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "core/service/doctor/checks.hpp"
#include "core/util/text/bytes.hpp"

namespace tcm::service {
namespace {

using Id = DoctorFindingId;

// What one kernel takes; who has less can store none.
constexpr std::uint64_t kLeastRoom = std::uint64_t{64} << 10;
constexpr std::uint64_t kNearlyFull = 20;  // less than a 20th is left

/// The nearest directory that is there, canonical.
std::string existing(const std::string& path) {
  std::error_code error;
  std::filesystem::path at = path;
  while (!std::filesystem::exists(at, error) && at != at.parent_path()) at = at.parent_path();
  const auto real = std::filesystem::canonical(at, error);
  return error ? at.string() : real.string();
}

MountState* state_of(DoctorReport& report, const std::vector<util::Mount>& mounts, const std::string& path) {
  const util::Mount* mount = util::mount_of(mounts, path);
  if (mount == nullptr) return nullptr;
  for (MountState& state : report.mounts)
    if (state.mount.point == mount->point) return &state;
  report.mounts.push_back({*mount, util::room_at(path), {}});
  return &report.mounts.back();
}

std::string holds(const MountState& state) {
  std::string text = fmt::format("{}, holds {}", state.mount.type, state.caches.front());
  if (state.caches.size() > 1) text += fmt::format(" and {} more", state.caches.size() - 1);
  return text;
}

void check_options(Examination& examination, const MountState& state) {
  const auto tell = [&](bool is_so, Id id) {
    if (is_so) examination.found(id, state.mount.point, holds(state));
  };
  tell(state.mount.no_exec, Id::mount_noexec);
  tell(state.mount.read_only, Id::mount_read_only);
  tell(state.mount.access_times == util::AccessTimes::noatime, Id::mount_noatime);
  tell(util::is_on_network(state.mount), Id::mount_network);
  tell(util::is_in_memory(state.mount), Id::mount_in_memory);
}

void check_room(Examination& examination, const MountState& state) {
  // What is read-only does not fill up.
  if (!state.room || state.mount.read_only) return;
  const util::FileSystemRoom& room = *state.room;
  const std::string bytes =
      fmt::format("{} of {} free", util::format_bytes(room.free_bytes), util::format_bytes(room.total_bytes));
  if (room.free_bytes < kLeastRoom)
    examination.found(Id::disk_full, state.mount.point, bytes);
  else if (room.free_bytes < room.total_bytes / kNearlyFull)
    examination.found(Id::disk_nearly_full, state.mount.point, bytes);
  if (room.total_files == 0) return;
  const std::string files =
      fmt::format("{} of {} inodes free", util::format_count(room.free_files), util::format_count(room.total_files));
  if (room.free_files == 0)
    examination.found(Id::inodes_full, state.mount.point, files);
  else if (room.free_files < room.total_files / kNearlyFull)
    examination.found(Id::inodes_nearly_full, state.mount.point, files);
}

/// "20GiB" or "10%" of a file system, as bytes.
std::optional<std::uint64_t> least_free(const std::string& wanted, std::uint64_t total) {
  if (!wanted.ends_with('%')) {
    const auto bytes = util::parse_bytes(wanted);
    return bytes ? std::optional(*bytes) : std::nullopt;
  }
  const auto percent = util::parse_bytes(wanted.substr(0, wanted.size() - 1));
  return percent ? std::optional(total / 100 * *percent) : std::nullopt;
}

void check_min_free(Examination& examination, const MountState& state) {
  const auto& min_free = examination.request.settings.prune.min_free;
  if (!min_free.value || !state.room) return;
  const auto least = least_free(*min_free.value, state.room->total_bytes);
  if (least && state.room->free_bytes < *least)
    examination.found(Id::over_limit, fmt::format("prune.min_free ({})", to_string(min_free.origin)),
                      fmt::format("{} has {} free where {} are wanted", state.mount.point,
                                  util::format_bytes(state.room->free_bytes), util::format_bytes(*least)));
}

}  // namespace

void check_mounts(Examination& examination) {
  DoctorReport& report = examination.report;
  const auto mounts = util::read_mounts(examination.request.proc);
  for (const CacheState& cache : report.caches)
    if (MountState* state = state_of(report, mounts, existing(cache.path))) state->caches.push_back(cache.path);
  // The index needs room, and nothing else of its file system.
  const std::string& file = examination.request.settings.db_file.value;
  if (!file.empty()) state_of(report, mounts, existing(file));
  for (const MountState& state : report.mounts) {
    check_room(examination, state);
    if (state.caches.empty()) continue;
    check_options(examination, state);
    check_min_free(examination, state);
  }
}

}  // namespace tcm::service
