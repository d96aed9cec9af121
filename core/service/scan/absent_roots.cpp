// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/absent_roots.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/cache/read/root.hpp"
#include "core/service/scan/host.hpp"
#include "core/util/system/path.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

namespace fs = std::filesystem;
using Roots = std::vector<index::RootRow>;

const index::RootRow* find_path(const Roots& roots, const std::string& path) {
  const auto found =
      std::find_if(roots.begin(), roots.end(), [&](const index::RootRow& row) { return row.location.path == path; });
  return found == roots.end() ? nullptr : &*found;
}

/// Whether a directory is still reached by its canonical path, with no link on the way.
bool is_here(const std::string& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::directory && util::canonical_directory(path) == path;
}

bool is_of_boot(const model::DirectoryPlace& place) { return place.file_system.starts_with("boot "); }

/// "boot ID MAJOR:MINOR" without the device.
std::string boot_of(const model::DirectoryPlace& place) {
  return place.file_system.substr(0, place.file_system.rfind(' '));
}

bool other_file_system(const model::DirectoryPlace& before, const model::DirectoryPlace& now) {
  if (before.file_system.empty() || now.file_system.empty()) return false;
  // Another boot may give the same disk another number: that tells nothing.
  if (is_of_boot(before) && is_of_boot(now) && boot_of(before) != boot_of(now)) return false;
  return before.file_system != now.file_system;
}

bool other_directory(const model::DirectoryPlace& before, const model::DirectoryPlace& now) {
  if (before.file_system.empty() || now.file_system.empty()) return false;
  return before.inode != now.inode || other_file_system(before, now);
}

/// Whether nothing lies in it that could be an entry.
bool holds_no_directory(const std::string& path) {
  const auto root = cache::Root::open(path);
  if (!root) return false;
  bool any = false;
  const auto scanned = root->scan(
      [&any](const cache::RootItem& item) {
        any = item.type == cache::RootItem::Type::directory;
        return !any;
      },
      [&any](std::string_view, const std::string&) { any = true; });
  return scanned && !any;
}

/// Whether the directory that would hold `path` is an empty one: a mount point with nothing mounted looks so.
bool is_below_empty_directory(const std::string& path) {
  std::error_code error;
  fs::path above = fs::path(path).parent_path();
  while (above.has_relative_path() && !fs::exists(above, error)) above = above.parent_path();
  return fs::is_empty(above, error) && !error;
}

bool was_too_long(const index::RootRow& row, const IndexRequest& request) {
  return request.forget_after_ns && row.absent_ns > 0 && util::now_ns() - row.absent_ns > *request.forget_after_ns &&
         !is_below_empty_directory(row.location.path);
}

/// An empty directory of another file system, where a cache directory with roots was.
bool stands_in(const cache::CacheDirectory& found, const index::RootRow& row) {
  return found.roots.size() == 1 && found.roots.front().path == found.path && found.other_files.files == 0 &&
         other_file_system(row.place, place_of(found.path)) && holds_no_directory(found.path);
}

RootReport report_of(const index::RootRow& row) {
  RootReport root;
  root.path = row.location.path;
  root.cache_dir = row.location.cache_dir;
  root.layout = row.location.layout;
  return root;
}

Result<void> forget(const index::RootRow& row, const Roots& known, index::Index& index) {
  std::vector<std::string> others;
  for (const index::RootRow& other : known)
    if (other.id != row.id) others.push_back(other.location.path);
  TCM_TRY(index.forget_roots(row.location.path, others));
  return {};
}

}  // namespace

Result<void> follow_links(const std::string& path, index::Index& index) {
  std::error_code error;
  std::string spelled = fs::absolute(path, error).lexically_normal().string();
  if (spelled.size() > 1 && spelled.ends_with('/')) spelled.pop_back();
  TCM_ASSIGN(Roots known, index.roots());
  for (const index::RootRow& row : Roots(known)) {
    if (!util::is_at_or_below(row.location.path, spelled)) continue;
    model::RootLocation now = row.location;
    now.path = util::canonical_directory(row.location.path);
    if (now.path == row.location.path) continue;
    now.cache_dir = util::canonical_directory(row.location.cache_dir);
    if (find_path(known, now.path) != nullptr)
      TCM_TRY(forget(row, known, index));
    else
      TCM_TRY(index.move_root(row.id, now, place_of(now.path)));
    TCM_TRY(index.forget_cache_dir(row.location.cache_dir));
    TCM_ASSIGN(known, index.roots());
  }
  return {};
}

Result<void> follow_move(const model::RootLocation& location, index::Index& index) {
  TCM_ASSIGN(const Roots known, index.roots());
  if (find_path(known, location.path) != nullptr) return {};
  const model::DirectoryPlace place = place_of(location.path);
  if (place.file_system.empty()) return {};
  for (const index::RootRow& row : known) {
    if (row.place != place || is_here(row.location.path)) continue;
    if (!is_here(row.location.cache_dir)) TCM_TRY(index.forget_cache_dir(row.location.cache_dir));
    return index.move_root(row.id, location, place);
  }
  return {};
}

bool is_stand_in(const index::RootRow& known, const model::RootLocation& location) {
  return known.entries > 0 && other_directory(known.place, place_of(location.path)) &&
         holds_no_directory(location.path);
}

Result<void> keep_absent(const index::RootRow& known, index::Index& index, IndexReport& report) {
  TCM_TRY(index.mark_absent(known.id, util::now_ns()));
  RootReport root = report_of(known);
  root.absent = true;
  root.kernels = known.kernels;
  root.entries = known.entries;
  root.files = known.files;
  root.bytes = known.bytes;
  report.roots.push_back(std::move(root));
  return {};
}

Result<void> sort_out_missing(const std::string& cache_dir, const cache::CacheDirectory* found,
                              const IndexRequest& request, index::Index& index, IndexReport& report) {
  TCM_ASSIGN(const Roots known, index.roots());
  const auto was_found = [found](const index::RootRow& row) {
    return found != nullptr && std::any_of(found->roots.begin(), found->roots.end(),
                                           [&](const auto& location) { return location.path == row.location.path; });
  };
  for (const index::RootRow& row : known) {
    if (!util::is_at_or_below(row.location.path, cache_dir) || was_found(row)) continue;
    if (is_here(row.location.path)) {
      // A root that another layout would find stays: only the disk decides. One that never held an entry is none, such
      // as a mount point that was looked at while nothing was mounted.
      if (found != nullptr && !request.layout && row.entries == 0) TCM_TRY(forget(row, known, index));
      continue;
    }
    const bool away = found == nullptr || stands_in(*found, row);
    if (away && !was_too_long(row, request)) {
      TCM_TRY(keep_absent(row, index, report));
      continue;
    }
    RootReport gone = report_of(row);
    gone.gone = row.entries;
    TCM_TRY(forget(row, known, index));
    report.roots.push_back(std::move(gone));
  }
  return {};
}

}  // namespace tcm::service
