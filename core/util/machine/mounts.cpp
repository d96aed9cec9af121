// SPDX-License-Identifier: Apache-2.0
#include "core/util/machine/mounts.hpp"

#include <algorithm>
#include <array>

#include <sys/statvfs.h>

#include "core/util/machine/proc_file.hpp"
#include "core/util/text/text.hpp"

namespace tcm::util {
namespace {

constexpr std::size_t kMostMountinfo = std::size_t{4} << 20;

constexpr std::array<std::string_view, 17> kNetworkTypes{"nfs",   "nfs4", "cifs",     "smb3",  "smbfs", "lustre",
                                                         "gpfs",  "ceph", "beegfs",   "afs",   "9p",    "glusterfs",
                                                         "ocfs2", "gfs2", "orangefs", "panfs", "wekafs"};

/// Blanks, tabs, line ends and backslashes are written as \ooo.
std::string decoded(std::string_view text) {
  std::string path;
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
        is_octal(text[i + 3])) {
      path += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      path += text[i];
    }
  }
  return path;
}

bool has_option(std::string_view options, std::string_view option) {
  const auto list = split(options, ',');
  return std::find(list.begin(), list.end(), option) != list.end();
}

/// "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue"
std::optional<Mount> parse_line(std::string_view line) {
  const auto words = split(line, ' ');
  const auto separator = std::find(words.begin(), words.end(), "-");
  if (separator - words.begin() < 6 || words.end() - separator < 4) return std::nullopt;
  const std::string_view options = words[5];
  Mount mount;
  mount.point = decoded(words[4]);
  mount.type = separator[1];
  mount.source = decoded(separator[2]);
  // The mount may be read-only, or the file system itself.
  mount.read_only = has_option(options, "ro") || has_option(separator[3], "ro");
  mount.no_exec = has_option(options, "noexec");
  if (has_option(options, "noatime"))
    mount.access_times = AccessTimes::noatime;
  else if (!has_option(options, "relatime"))
    mount.access_times = AccessTimes::strictatime;
  if (mount.point.empty() || mount.point.front() != '/') return std::nullopt;
  return mount;
}

bool lies_in(std::string_view path, std::string_view point) {
  if (point == "/") return true;
  return path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/');
}

}  // namespace

std::string_view to_string(AccessTimes times) {
  switch (times) {
    case AccessTimes::relatime: return "relatime";
    case AccessTimes::strictatime: return "strictatime";
    case AccessTimes::noatime: break;
  }
  return "noatime";
}

std::vector<Mount> parse_mounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  for (const std::string_view line : split(mountinfo, '\n'))
    if (auto mount = parse_line(line)) mounts.push_back(std::move(*mount));
  return mounts;
}

std::vector<Mount> read_mounts(const std::string& proc) {
  std::string text;
  if (read_proc_file(proc + "/self/mountinfo", kMostMountinfo, text) != 0) return {};
  return parse_mounts(text);
}

const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path) {
  const Mount* found = nullptr;
  // What was mounted later over the same directory hides the earlier one.
  for (const Mount& mount : mounts)
    if (lies_in(path, mount.point) && (found == nullptr || mount.point.size() >= found->point.size())) found = &mount;
  return found;
}

bool is_on_network(const Mount& mount) {
  return std::find(kNetworkTypes.begin(), kNetworkTypes.end(), mount.type) != kNetworkTypes.end() ||
         mount.type == "fuse.sshfs" || mount.type.starts_with("fuse.gluster") || mount.type.starts_with("fuse.ceph") ||
         mount.type.starts_with("fuse.juicefs") || mount.type.starts_with("fuse.s3");
}

bool is_in_memory(const Mount& mount) { return mount.type == "tmpfs" || mount.type == "ramfs"; }

std::optional<FileSystemRoom> room_at(const std::string& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0 || found.f_blocks == 0) return std::nullopt;
  FileSystemRoom room;
  room.total_bytes = static_cast<std::uint64_t>(found.f_blocks) * found.f_frsize;
  room.free_bytes = static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
  room.total_files = found.f_files;
  room.free_files = found.f_favail;
  return room;
}

}  // namespace tcm::util
