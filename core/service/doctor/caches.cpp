// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include <fcntl.h>

#include "core/cache/find/cache_directory.hpp"
#include "core/disk/directory.hpp"
#include "core/service/doctor/checks.hpp"
#include "core/util/system/path.hpp"

namespace tcm::service {
namespace {

/// The directory's own change time; absent when it is not there.
std::optional<std::int64_t> changed_ns(const std::string& path) {
  disk::Node node;
  if (disk::stat_at(AT_FDCWD, path.c_str(), node) != 0 || node.type != disk::NodeType::directory) return std::nullopt;
  return node.ctime_ns;
}

void add_known(std::vector<std::string>& known_from, const std::string& word) {
  if (std::find(known_from.begin(), known_from.end(), word) == known_from.end()) known_from.push_back(word);
}

CacheState& state_of(DoctorReport& report, const std::string& path) {
  for (CacheState& state : report.caches)
    if (state.path == path) return state;
  CacheState& state = report.caches.emplace_back();
  state.path = path;
  std::error_code error;
  state.exists = std::filesystem::exists(path, error) || error;
  return state;
}

/// Roots of the index at or below a cache directory. A place may hold several cache directories, or be a part of one.
std::vector<const index::RootRow*> roots_at(const std::vector<index::RootRow>& roots, const std::string& path) {
  std::vector<const index::RootRow*> found;
  for (const index::RootRow& row : roots)
    if (util::is_at_or_below(row.location.path, path)) found.push_back(&row);
  return found;
}

void add_indexed(Examination& examination, CacheState& state, const std::vector<const index::RootRow*>& rows) {
  state.indexed = true;
  state.indexed_ns = rows.front()->indexed_ns;
  state.layout = rows.front()->location.layout;
  state.size_from = SizeSource::index;
  for (const index::RootRow* row : rows) {
    ++state.roots;
    state.indexed_ns = std::min(state.indexed_ns, row->indexed_ns);
    state.bytes += static_cast<std::uint64_t>(row->bytes) + row->other_files.bytes;
    const auto changed = changed_ns(row->location.path);
    if (!changed || row->absent_ns != 0) {
      examination.found(DoctorFindingId::root_absent, row->location.path);
    } else if (*changed > row->indexed_ns) {
      state.stale = true;
      examination.found(DoctorFindingId::index_stale, row->location.path);
    }
  }
}

/// What lies in cache directories but in none of their roots.
void add_beside(Examination& examination, CacheState& state) {
  const auto dirs = examination.index->cache_dirs();
  if (!dirs) return;
  for (const index::CacheDirRow& row : *dirs)
    if (util::is_at_or_below(row.path, state.path)) state.bytes += row.other_files.bytes;
}

void add_measured(Examination& examination, CacheState& state) {
  const cache::DiskUse use = examination.meter.measure(state.path);
  state.bytes = use.bytes;
  state.allocated = use.allocated;
  state.size_from = use.complete ? SizeSource::disk : SizeSource::part;
}

/// False when it has nothing to do with Triton.
bool add_unknown(Examination& examination, CacheState& state) {
  const auto found = cache::find_roots(state.path, std::nullopt);
  if (!found) {
    std::error_code error;
    if (found.error().code == ErrorCode::missing && std::filesystem::is_directory(state.path, error)) return false;
    examination.found(DoctorFindingId::cache_unusable, state.path, found.error().message);
    return true;
  }
  state.layout = found->layout;
  state.roots = found->roots.size();
  add_measured(examination, state);
  if (examination.index || examination.report.database->schema == 0)
    examination.found(DoctorFindingId::cache_not_indexed, state.path);
  return true;
}

void add_other(Examination& examination, const FoundPlace& place) {
  examination.report.others.push_back({place.path, place.tool, std::string(cache::meaning_of(place.tool)),
                                       place.known_from, examination.meter.measure(place.path)});
}

void add_store(Examination& examination, const CacheState& state) {
  const std::string file = state.path + "/" + cache::kStoreFile;
  disk::Node node;
  if (disk::stat_at(AT_FDCWD, file.c_str(), node) != 0 || node.type != disk::NodeType::file) return;
  examination.report.others.push_back(
      {file, "triton-store", "entries of Triton in one file", state.known_from, examination.meter.measure(file)});
  examination.found(DoctorFindingId::store_not_managed, file);
}

void gather(Examination& examination) {
  DoctorReport& report = examination.report;
  for (const FoundPlace& place : examination.places) {
    if (!place.holds_roots) {
      if (place.exists) add_other(examination, place);
      continue;
    }
    CacheState& state = state_of(report, place.path);
    state.tool = place.tool;
    for (const std::string& word : place.known_from) add_known(state.known_from, word);
  }
  const auto& dirs = examination.request.settings.cache_dirs;
  if (dirs.origin.source != config::Source::default_value)
    for (const std::string& dir : dirs.value)
      add_known(state_of(report, util::canonical_directory(dir)).known_from, to_string(dirs.origin));
  for (const index::RootRow& row : examination.roots)
    add_known(state_of(report, row.location.cache_dir).known_from, "index");
}

}  // namespace

void check_caches(Examination& examination) {
  gather(examination);
  std::vector<CacheState>& caches = examination.report.caches;
  std::vector<CacheState> kept;
  for (CacheState& state : caches) {
    const auto rows = roots_at(examination.roots, state.path);
    if (!rows.empty()) {
      add_indexed(examination, state, rows);
      add_beside(examination, state);
      if (state.stale) add_measured(examination, state);
    } else if (state.exists && !add_unknown(examination, state)) {
      continue;
    }
    add_store(examination, state);
    kept.push_back(std::move(state));
  }
  caches = std::move(kept);
}

}  // namespace tcm::service
