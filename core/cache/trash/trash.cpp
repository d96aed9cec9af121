// SPDX-License-Identifier: Apache-2.0
#include "core/cache/trash/trash.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/inspect/writer.hpp"
#include "core/cache/trash/access.hpp"
#include "core/cache/trash/root_lock.hpp"
#include "core/cache/trash/trash_area.hpp"
#include "core/disk/directory.hpp"
#include "core/disk/file_changes.hpp"
#include "core/disk/tree_removal.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

constexpr std::size_t kDate = 8;
constexpr std::size_t kMaxNumber = 9;

int list_all(int directory, std::vector<std::string>& names) {
  util::Fd listed;
  if (const int error = disk::open_own_directory_at(directory, ".", listed); error != 0) return error;
  return disk::list_directory(listed.get(), disk::list_buffer(), [&names](const char* name, disk::NodeType) {
    names.emplace_back(name);
    return true;
  });
}

/// Sums up a bin.
class BinTotals {
 public:
  explicit BinTotals(TrashBin& bin) : bin_(bin) {}

  // What cannot be looked into counts nothing.
  void add(int directory, int depth) {
    std::vector<std::string> names;
    if (depth > disk::kMaxTreeDepth || list_all(directory, names) != 0) return;
    for (const std::string& name : names) {
      disk::Node node;
      if (disk::stat_at(directory, name.c_str(), node) != 0) continue;
      if (node.type == disk::NodeType::directory) {
        if (depth == 0) ++bin_.entries;
        bin_.allocated += node.allocated;
        util::Fd below;
        if (disk::open_own_directory_at(directory, name.c_str(), below) == 0) add(below.get(), depth + 1);
      } else {
        take(node);
      }
    }
  }

 private:
  void take(const disk::Node& node) {
    ++bin_.files;
    bin_.bytes += node.bytes;
    // Of several links the last one frees: only when all of them lie here.
    if (node.links <= 1 || ++seen_[node.inode] == node.links) bin_.allocated += node.allocated;
  }

  TrashBin& bin_;
  std::unordered_map<std::uint64_t, std::uint64_t> seen_;
};

/// A bin opened to be changed, with the root's lock.
struct OpenBin {
  Root root;
  TrashArea area;
  std::optional<RootLock> lock;
  util::Fd directory;

  explicit OpenBin(Root opened) : root(std::move(opened)), area(root.path(), root.descriptor()) {}
  OpenBin(const OpenBin&) = delete;
  OpenBin& operator=(const OpenBin&) = delete;
  ~OpenBin() {
    if (lock) area.close();
  }
  std::string path(std::string_view id) const { return fmt::format("{}/{}", area.path(), id); }
};

Result<Root> open_root(const std::string& path, const std::optional<RootId>& expected) {
  TCM_ASSIGN(Root root, Root::open(path));
  if (expected && *expected != root.id())
    return fail(ErrorCode::failed, path + ": no longer the directory that was listed; run the command again");
  return root;
}

Result<std::unique_ptr<OpenBin>> open_bin(const std::string& root_path, const std::string& id,
                                          std::optional<RootId> expected = std::nullopt) {
  if (!is_trash_id(id))
    return fail(ErrorCode::missing,
                fmt::format("{}: no bin \"{}\"; an ID looks like 20261123-1", root_path, util::escape_control(id)));
  TCM_ASSIGN(Root root, open_root(root_path, expected));
  auto bin = std::make_unique<OpenBin>(std::move(root));
  TCM_ASSIGN(bin->lock, RootLock::take(bin->root, bin->area));
  TCM_ASSIGN(const bool there, bin->area.find_to_change());
  disk::Removal ignored;
  if (there) bin->area.sweep(ignored);
  const int error = there ? disk::open_own_directory_at(bin->area.descriptor(), id.c_str(), bin->directory) : ENOENT;
  disk::Node node;
  if (error == 0 && disk::stat_of(bin->directory.get(), node) == 0 && is_ours(node)) return bin;
  if (error != ENOENT && there && disk::stat_at(bin->area.descriptor(), id.c_str(), node) == 0 && !is_ours(node))
    return owned_by_other(bin->path(id), node.uid);
  if (error == ENOENT) return fail(ErrorCode::missing, fmt::format("{}: no bin {}", root_path, id));
  return util::system_error(bin->path(id) + ": cannot open it", error);
}

int restore_one(const OpenBin& bin, const std::string& key, std::uint64_t& files) {
  util::Fd entry;
  std::vector<std::string> names;
  int error = disk::open_own_directory_at(bin.directory.get(), key.c_str(), entry);
  if (error == 0) error = list_all(entry.get(), names);
  // A mere look-up leaves an empty directory: nobody misses that.
  if (error == 0) disk::remove_directory_at(bin.root.descriptor(), key.c_str());
  if (error == 0) error = disk::move_directory(bin.directory.get(), key.c_str(), bin.root.descriptor(), key.c_str());
  if (error == 0) files += names.size();
  return error;
}

/// Whether a killed process left it.
bool is_abandoned(std::string_view name, const disk::Node& node) {
  if (!is_scratch_name(name)) return false;
  const std::string_view rest = name.substr(name.find('.') + 1);
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), pid);
  return error != std::errc() || pid <= 0 || !is_live_writer(pid, node.mtime_ns);
}

/// Deletes everything that killed processes left: whoever has the lock knows that nobody else is at work.
Result<TrashReport> clear_abandoned(const std::string& root_path, std::optional<RootId> expected = std::nullopt) {
  TCM_ASSIGN(Root root, open_root(root_path, expected));
  OpenBin all(std::move(root));
  TCM_ASSIGN(all.lock, RootLock::take(all.root, all.area));
  TrashReport report;
  TCM_ASSIGN(const bool there, all.area.find_to_change());
  if (!there) return report;
  disk::Removal done;
  all.area.sweep(done);
  report.files = done.files;
  report.freed = done.freed;
  for (const std::string& failure : done.failures)
    report.failures.push_back(fmt::format("{}/{}", all.area.path(), failure));
  return report;
}

/// Of all entries of a bin.
void remove_groups(int bin, disk::Removal& done) {
  std::vector<std::string> keys;
  if (list_all(bin, keys) != 0) return;
  for (const std::string& key : keys) {
    util::Fd entry;
    std::vector<std::string> names;
    if (disk::open_own_directory_at(bin, key.c_str(), entry) != 0 || list_all(entry.get(), names) != 0) continue;
    disk::Node node;
    for (const std::string& name : names)
      if (is_group(name) && disk::stat_at(entry.get(), name.c_str(), node) == 0)
        disk::remove_file(entry.get(), name.c_str(), node, done);
  }
}

Result<TrashReport> empty(OpenBin& bin, const std::string& id) {
  TrashBin was;
  BinTotals(was).add(bin.directory.get(), 0);
  // Out of the way first: of what is half deleted nothing may be restored. Where the disk has no room even for another
  // name the groups go first, which leaves nothing that would be a hit.
  auto retired = bin.area.retire(id);
  if (!retired && retired.error().code != ErrorCode::no_space) return fail(std::move(retired).error());
  disk::Removal done;
  if (!retired) remove_groups(bin.directory.get(), done);
  disk::remove_tree(bin.area.descriptor(), retired.value_or(id).c_str(), done);
  TrashReport report;
  report.entries = was.entries;
  report.files = done.files;
  report.freed = done.freed;
  for (const std::string& failure : done.failures)
    report.failures.push_back(fmt::format("{}/{}", bin.area.path(), failure));
  return report;
}

}  // namespace

bool is_trash_id(std::string_view id) {
  if (id.size() < kDate + 2 || id.size() > kDate + 1 + kMaxNumber || id[kDate] != '-' || id[kDate + 1] == '0')
    return false;
  const std::string_view number = id.substr(kDate + 1);
  return std::all_of(id.begin(), id.begin() + kDate, util::is_digit) &&
         std::all_of(number.begin(), number.end(), util::is_digit);
}

std::uint32_t trash_number(std::string_view id) {
  std::uint32_t number = 0;
  if (is_trash_id(id)) std::from_chars(id.data() + kDate + 1, id.data() + id.size(), number);
  return number;
}

bool is_older(const TrashBin& a, const TrashBin& b) {
  const auto order = [](const TrashBin& bin) {
    return std::tuple(std::string_view(bin.id).substr(0, bin.id.find('-')), trash_number(bin.id), bin.made_ns);
  };
  return order(a) < order(b);
}

Result<std::vector<TrashBin>> list_trash(const Root& root) {
  std::vector<TrashBin> bins;
  TrashArea area(root.path(), root.descriptor());
  TCM_ASSIGN(const bool there, area.find());
  if (!there) return bins;
  std::vector<std::string> names;
  if (const int error = list_all(area.descriptor(), names); error != 0)
    return util::system_error(area.path() + ": cannot be listed", error);
  for (std::string& name : names) {
    util::Fd directory;
    disk::Node node;
    if (disk::stat_at(area.descriptor(), name.c_str(), node) != 0 || node.type != disk::NodeType::directory) continue;
    if (!is_trash_id(name) && !is_abandoned(name, node)) continue;
    TrashBin bin;
    bin.user = node.uid;
    bin.ours = is_ours(node);
    bin.made_ns = node.mtime_ns;
    bin.inode = node.inode;
    bin.root = root.id();
    if (disk::open_own_directory_at(area.descriptor(), name.c_str(), directory) == 0) {
      bin.allocated = node.allocated;
      BinTotals(bin).add(directory.get(), 0);
    } else if (bin.ours) {
      continue;
    }
    bin.id = std::move(name);
    bins.push_back(std::move(bin));
  }
  std::sort(bins.begin(), bins.end(), is_older);
  return bins;
}

Result<TrashReport> restore_trash(const std::string& root_path, const std::string& id) {
  TCM_ASSIGN(const std::unique_ptr<OpenBin> bin, open_bin(root_path, id));
  TrashReport report;
  std::vector<std::string> keys;
  if (const int error = list_all(bin->directory.get(), keys); error != 0)
    return util::system_error(bin->path(id) + ": cannot be listed", error);
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) {
    const int error = restore_one(*bin, key, report.files);
    if (error == 0) {
      ++report.entries;
      continue;
    }
    const std::string_view why = error == EEXIST ? "exists again; it stays in the trash" : util::error_text(error);
    report.failures.push_back(
        fmt::format("{}/{}: {}", util::escape_control(root_path), util::escape_control(key), why));
  }
  disk::remove_directory_at(bin->area.descriptor(), id.c_str());
  return report;
}

Result<TrashReport> empty_trash(const std::string& root_path, const TrashBin& listed) {
  if (is_scratch_name(listed.id)) return clear_abandoned(root_path, listed.root);
  TCM_ASSIGN(const std::unique_ptr<OpenBin> bin, open_bin(root_path, listed.id, listed.root));
  disk::Node node;
  if (disk::stat_of(bin->directory.get(), node) != 0 || node.inode != listed.inode || node.mtime_ns != listed.made_ns)
    return fail(ErrorCode::failed, bin->path(listed.id) + ": changed since it was listed; run the command again");
  return empty(*bin, listed.id);
}

Result<TrashReport> empty_trash(const std::string& root_path, const std::string& id) {
  if (is_scratch_name(id)) return clear_abandoned(root_path);
  TCM_ASSIGN(const std::unique_ptr<OpenBin> bin, open_bin(root_path, id));
  return empty(*bin, id);
}

}  // namespace tcm::cache
