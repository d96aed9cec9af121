// SPDX-License-Identifier: Apache-2.0
#include "core/cache/places/disk_use.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::cache {
namespace {

// Deeper than any tool nests its directories.
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxProblems = 100;

}  // namespace

DiskUse& DiskUse::operator+=(const DiskUse& more) {
  files += more.files;
  bytes += more.bytes;
  allocated += more.allocated;
  complete &= more.complete;
  return *this;
}

/// Walks one tree, and adds each file to the use that `place` says for its path.
class DiskMeter::Walk {
 public:
  using Place = std::function<DiskUse&(const std::string& path)>;
  Walk(DiskMeter& meter, Place place) : meter_(meter), place_(std::move(place)) {}

  void start(const std::string& path) {
    disk::Node node;
    if (disk::stat_at(AT_FDCWD, path.c_str(), node) != 0) return;
    if (node.type != disk::NodeType::directory) return add(node, path);
    util::Fd directory;
    if (const int error = disk::open_directory_at(AT_FDCWD, path.c_str(), directory); error != 0)
      return give_up(path, util::error_text(error));
    place_(path).allocated += node.allocated;
    enter(directory.get(), path, 0);
  }

 private:
  void enter(int directory, const std::string& path, int depth) {
    if (depth > kMaxDepth) return give_up(path, fmt::format("more than {} directories deep", kMaxDepth));
    // A buffer for each level would be large: the names of sub-directories are kept instead.
    std::vector<std::string> below;
    const int error = disk::list_directory(directory, disk::list_buffer(), [&](const char* name, disk::NodeType type) {
      if (meter_.left_ == 0 || meter_.stop) {
        place_(path).complete = false;
        return false;
      }
      --meter_.left_;
      ++meter_.seen;
      if (type == disk::NodeType::directory)
        below.emplace_back(name);
      else
        look_at(directory, name, path);
      return true;
    });
    if (error != 0 && error != ENOENT) give_up(path, util::error_text(error));
    for (const std::string& name : below) descend(directory, path + "/" + name, name, depth);
  }

  void look_at(int directory, const char* name, const std::string& path) {
    disk::Node node;
    if (disk::stat_at(directory, name, node) == 0) add(node, path + "/" + name);
  }

  void descend(int parent, const std::string& path, const std::string& name, int depth) {
    disk::Node node;
    if (disk::stat_at(parent, name.c_str(), node) != 0 || node.mount_point) return;
    util::Fd directory;
    const int error = disk::open_directory_at(parent, name.c_str(), directory);
    // Gone or replaced since it was listed.
    if (error == ENOENT || error == ENOTDIR || error == ELOOP) return;
    place_(path).allocated += node.allocated;
    if (error != 0) return give_up(path, util::error_text(error));
    enter(directory.get(), path, depth + 1);
  }

  void add(const disk::Node& node, const std::string& path) {
    DiskUse& use = place_(path);
    if (node.type == disk::NodeType::file) {
      ++use.files;
      use.bytes += node.bytes;
      meter_.bytes += node.bytes;
    }
    if (node.links > 1 && !meter_.linked_.insert(fmt::format("{}:{}", node.device, node.inode)).second) return;
    use.allocated += node.allocated;
  }

  void give_up(const std::string& path, std::string_view why) {
    place_(path).complete = false;
    if (meter_.problems_.size() < kMaxProblems) meter_.problems_.push_back({path, std::string(why)});
  }

  DiskMeter& meter_;
  Place place_;
};

DiskUse DiskMeter::measure(const std::string& path) {
  DiskUse use;
  Walk(*this, [&use](const std::string&) -> DiskUse& { return use; }).start(path);
  return use;
}

std::vector<UsePart> DiskMeter::measure(const CacheDirectory& directory) {
  std::vector<UsePart> parts;
  std::map<std::string, std::pair<DiskUse, DiskUse>, std::less<>> roots;  // entries and trash
  std::map<BesideKind, DiskUse> beside;
  for (const model::RootLocation& root : directory.roots) roots[root.path];
  const auto place = [&](const std::string& path) -> DiskUse& {
    for (auto& [root, uses] : roots) {
      if (!path.starts_with(root) || (path.size() > root.size() && path[root.size()] != '/' && root != "/")) continue;
      const std::string_view rest = std::string_view(path).substr(std::min(path.size(), root.size() + 1));
      const bool in_trash = rest == kTrashName || rest.starts_with(std::string(kTrashName) + "/");
      return in_trash ? uses.second : uses.first;
    }
    if (path.size() <= directory.path.size()) return beside[BesideKind::other];
    return beside[beside_kind(std::string_view(path).substr(directory.path.size() + 1))];
  };
  Walk(*this, place).start(directory.path);
  for (const auto& [path, uses] : roots) {
    parts.push_back({UseKind::entries, BesideKind::other, path, uses.first});
    if (uses.second.allocated > 0 || uses.second.files > 0)
      parts.push_back({UseKind::trash, BesideKind::other, path, uses.second});
  }
  for (const auto& [kind, use] : beside)
    if (use.allocated > 0 || use.files > 0) parts.push_back({UseKind::beside, kind, directory.path, use});
  return parts;
}

}  // namespace tcm::cache
