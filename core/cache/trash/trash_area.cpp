// SPDX-License-Identifier: Apache-2.0
#include "core/cache/trash/trash_area.hpp"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/trash/access.hpp"
#include "core/disk/directory.hpp"
#include "core/disk/file_changes.hpp"
#include "core/disk/tree_removal.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::cache {
namespace {

constexpr int kMaxScratches = 10'000;

}  // namespace

// "tmp.<pid>.<number>", see unused_name.
bool is_scratch_name(std::string_view name) {
  constexpr std::string_view kPrefix = "tmp.";
  const std::size_t dot = name.rfind('.');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return name.starts_with(kPrefix) && dot >= kPrefix.size() && is_number(name.substr(dot + 1)) &&
         is_number(name.substr(kPrefix.size(), dot - kPrefix.size()));
}

Result<bool> TrashArea::find() {
  if (area_.valid()) return true;
  disk::Node node;
  if (const int error = disk::stat_at(root_, kTrashName, node); error == ENOENT) return false;
  TCM_TRY(open_area());
  return true;
}

Result<bool> TrashArea::find_to_change() {
  TCM_ASSIGN(const bool there, find());
  if (there) TCM_TRY(check_access());
  return there;
}

Result<void> TrashArea::need() {
  if (area_.valid()) return {};
  const int error = disk::make_shared_directory_at(root_, kTrashName);
  if (error != 0 && error != EEXIST) return util::system_error(path() + ": cannot make this directory", error);
  TCM_TRY(open_area());
  return check_access();
}

Result<void> TrashArea::open_area() {
  util::Fd opened;
  disk::Node node;
  if (const int error = disk::open_own_directory_at(root_, kTrashName, opened); error != 0) {
    if (error == ELOOP || error == ENOTDIR)
      return fail(ErrorCode::failed, path() + ": not a directory of tcm; remove it");
    if (error == EXDEV) return fail(ErrorCode::failed, path() + ": another file system is mounted there; unmount it");
    if (error == EACCES && disk::stat_at(root_, kTrashName, node) == 0) return owned_by_other(path(), node.uid);
    return util::system_error(path() + ": cannot open it", error);
  }
  area_ = std::move(opened);
  return {};
}

Result<void> TrashArea::check_access() const {
  if (::faccessat(area_.get(), ".", R_OK | W_OK | X_OK, AT_EACCESS) == 0) return {};
  const int error = errno;
  disk::Node node;
  if (error == EACCES && disk::stat_of(area_.get(), node) == 0) return owned_by_other(path(), node.uid);
  return util::system_error(path() + ": cannot be changed", error);
}

Result<util::Fd> TrashArea::make_below(const std::string& name) {
  TCM_TRY(need());
  util::Fd made;
  int error = disk::make_directory_at(area_.get(), name.c_str());
  if (error == 0 || error == EEXIST) {
    const bool is_new = error == 0;
    error = disk::open_own_directory_at(area_.get(), name.c_str(), made);
    disk::Node node;
    // A system's administrator who cleans up a user's cache leaves nothing that the user cannot restore.
    if (error == 0 && is_new && ::geteuid() == 0 && disk::stat_of(area_.get(), node) == 0 && node.uid != 0)
      static_cast<void>(::fchown(made.get(), node.uid, node.gid) == 0);
    if (error == 0 && !is_new) error = disk::stat_of(made.get(), node);
    if (error == 0 && !is_new && !is_ours(node)) return owned_by_other(path() + '/' + name, node.uid);
  }
  if (error != 0) return util::system_error(fmt::format("{}/{}: cannot make this directory", path(), name), error);
  return made;
}

Result<std::string> TrashArea::unused_name() {
  for (; count_ < kMaxScratches; ++count_) {
    std::string name = fmt::format("tmp.{}.{}", ::getpid(), count_);
    disk::Node node;
    if (disk::stat_at(area_.get(), name.c_str(), node) != 0) return name;
  }
  return fail(ErrorCode::failed, path() + ": full of temporaries that cannot be removed");
}

Result<util::Fd> TrashArea::make_scratch() {
  TCM_TRY(need());
  TCM_ASSIGN(std::string name, unused_name());
  TCM_ASSIGN(util::Fd made, make_below(name));
  scratches_.push_back(std::move(name));
  return made;
}

Result<std::string> TrashArea::retire(const std::string& id) {
  TCM_ASSIGN(std::string name, unused_name());
  if (const int error = disk::move_directory(area_.get(), id.c_str(), area_.get(), name.c_str()); error != 0)
    return util::system_error(fmt::format("{}/{}: cannot be deleted", path(), id), error);
  scratches_.push_back(name);
  return name;
}

Result<int> TrashArea::scratch() {
  if (!scratch_.valid()) {
    TCM_ASSIGN(scratch_, make_scratch());
  }
  return scratch_.get();
}

Result<int> TrashArea::group_scratch() {
  if (!group_scratch_.valid()) {
    TCM_ASSIGN(group_scratch_, make_scratch());
  }
  return group_scratch_.get();
}

Result<std::pair<std::string, int>> TrashArea::staging() {
  if (!staging_.valid()) {
    TCM_ASSIGN(staging_, make_scratch());
    staging_path_ = path() + '/' + scratches_.back();
  }
  return std::pair(staging_path_, staging_.get());
}

Result<int> TrashArea::bin(const std::string& id) {
  if (!bin_.valid() || bin_id_ != id) {
    TCM_ASSIGN(bin_, make_below(id));
    bin_id_ = id;
  }
  return bin_.get();
}

void TrashArea::sweep(disk::Removal& done) {
  std::vector<std::string> left;
  util::Fd listed;
  if (disk::open_own_directory_at(area_.get(), ".", listed) != 0) return;
  disk::list_directory(listed.get(), disk::list_buffer(), [&left](const char* name, disk::NodeType) {
    if (is_scratch_name(name)) left.emplace_back(name);
    return true;
  });
  for (const std::string& name : left) disk::remove_tree(area_.get(), name.c_str(), done);
}

void TrashArea::close() {
  if (!area_.valid()) return;
  disk::Removal ignored;
  for (const std::string& name : scratches_) disk::remove_tree(area_.get(), name.c_str(), ignored);
  // Fails when something was put into it, as it should.
  if (!bin_id_.empty()) disk::remove_directory_at(area_.get(), bin_id_.c_str());
  disk::remove_directory_at(root_, kTrashName);
  scratches_.clear();
  scratch_ = {};
  old_scratches_.clear();
  group_scratch_ = {};
  staging_ = {};
  bin_ = {};
  area_ = {};
}

}  // namespace tcm::cache
