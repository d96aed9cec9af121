// SPDX-License-Identifier: Apache-2.0
#include "core/disk/file_changes.hpp"

#include <cstdio>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/disk/error_of.hpp"
#include "core/util/system/write_all.hpp"
#include "core/util/text/time.hpp"

namespace tcm::disk {
namespace {

timespec time_of(std::int64_t ns) {
  std::int64_t seconds = ns / util::kSecond;
  if (ns % util::kSecond < 0) --seconds;
  return {seconds, ns - seconds * util::kSecond};
}

// Linux's limits for the list of names and for one value (XATTR_LIST_MAX, XATTR_SIZE_MAX).
constexpr std::size_t kMaxAttributeBytes = std::size_t{64} << 10;
constexpr const char* kAccessList = "system.posix_acl_access";

bool is_copied(std::string_view attribute) {
  return attribute == kAccessList || attribute == "security.selinux" || attribute.starts_with("user.");
}

// Whoever may read a file by its access list alone loses it without; what else cannot be copied harms nobody.
int copy_attribute(int from, int to, const char* name) {
  std::string value(kMaxAttributeBytes, '\0');
  const ssize_t size = ::fgetxattr(from, name, value.data(), value.size());
  const bool needed = std::string_view(name) == kAccessList;
  if (size < 0) return needed && errno != ENODATA ? errno : 0;
  const int result = ::fsetxattr(to, name, value.data(), static_cast<std::size_t>(size), 0);
  return result != 0 && needed ? errno : 0;
}

int copy_attributes(int from, int to) {
  std::string names(kMaxAttributeBytes, '\0');
  const ssize_t size = ::flistxattr(from, names.data(), names.size());
  if (size < 0) return errno == ENOTSUP || errno == ENOSYS ? 0 : errno;
  names.resize(static_cast<std::size_t>(size));
  bool has_access_list = false;
  for (std::size_t at = 0; at < names.size();) {
    const std::string_view name(names.c_str() + at);
    at += name.size() + 1;
    if (!is_copied(name)) continue;
    has_access_list |= name == kAccessList;
    if (const int error = copy_attribute(from, to, name.data()); error != 0) return error;
  }
  // The directory that it is made in may give each new file one.
  if (!has_access_list) ::fremovexattr(to, kAccessList);
  return 0;
}

int copy_attributes_of(const LikeFile& like, int to) {
  util::Fd from;
  Node node;
  if (const int error = open_file_at(like.directory, like.name, from, node); error != 0) return error;
  return copy_attributes(from.get(), to);
}

// Whose members may do nothing that everybody may not: it makes no difference which one it is. Of a group that this
// user is not in, he can give nothing away.
bool has_idle_group(const Node& node) {
  constexpr unsigned kAll = 7;
  const unsigned of_group = node.mode >> 3U & kAll;
  const unsigned of_others = node.mode & kAll;
  return (of_group & ~of_others) == 0 && (of_others & ~of_group) == 0;
}

int make_like(int fd, const Node& like) {
  Node made;
  if (const int error = stat_of(fd, made); error != 0) return error;
  const bool is_other = made.uid != like.uid || made.gid != like.gid;
  if (is_other && ::fchown(fd, like.uid, like.gid) != 0 &&
      !(errno == EPERM && made.uid == like.uid && has_idle_group(like)))
    return errno;
  return error_of(::fchmod(fd, like.mode));
}

int set_times_like(int fd, const Node& like) {
  const timespec times[2] = {time_of(like.atime_ns), time_of(like.mtime_ns)};
  return error_of(::futimens(fd, times));
}

}  // namespace

int make_directory_at(int directory, const char* name) { return error_of(::mkdirat(directory, name, 0700)); }

int make_shared_directory_at(int directory, const char* name) {
  Node above;
  util::Fd made;
  Node node;
  int error = stat_of(directory, above);
  if (error == 0) error = make_directory_at(directory, name);
  if (error == 0) error = open_own_directory_at(directory, name, made);
  if (error != 0) return error;
  const ::uid_t owner = ::geteuid() == 0 ? above.uid : static_cast<::uid_t>(-1);
  // Rights are given to the group of `directory` and to no other.
  const bool given =
      ::fchown(made.get(), owner, above.gid) == 0 || (stat_of(made.get(), node) == 0 && node.gid == above.gid);
  constexpr std::uint32_t kGroup = 070;
  return error_of(::fchmod(made.get(), 0700U | (given ? above.mode : above.mode & ~kGroup)));
}

int unlink_at(int directory, const char* name) { return error_of(::unlinkat(directory, name, 0)); }

int remove_directory_at(int directory, const char* name) { return error_of(::unlinkat(directory, name, AT_REMOVEDIR)); }

int move_directory(int from, const char* name, int to, const char* new_name) {
  if (::renameat2(from, name, to, new_name, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system that cannot promise it (NFS). A directory takes the place of an empty one at most, so nothing is
  // lost.
  Node there;
  if (stat_at(to, new_name, there) == 0) return EEXIST;
  return error_of(::renameat(from, name, to, new_name));
}

int replace_file(int from, const char* name, int to, const char* new_name) {
  return error_of(::renameat(from, name, to, new_name));
}

int link_file(int from, const char* name, int to, const char* new_name) {
  return error_of(::linkat(from, name, to, new_name, 0));
}

int write_file_like(int directory, const char* name, std::string_view text, const LikeFile& like) {
  constexpr int kWriting = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const util::Fd file(::openat(directory, name, kWriting, 0600));
  if (!file.valid()) return errno;
  int error = util::write_all(file.get(), text);
  if (error == 0) error = make_like(file.get(), like.node);
  // Behind the mode, whose group part a list has as its mask.
  if (error == 0) error = copy_attributes_of(like, file.get());
  if (error == 0) error = set_times_like(file.get(), like.node);
  if (error != 0) unlink_at(directory, name);
  return error;
}

int set_mtime(int fd, std::int64_t mtime_ns) {
  const timespec times[2] = {{0, UTIME_OMIT}, time_of(mtime_ns)};
  return error_of(::futimens(fd, times));
}

int sync_file_system(int directory) { return error_of(::syncfs(directory)); }

int sync_file(int directory, const char* name) {
  const util::Fd file(::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.valid()) return errno;
  return error_of(::fsync(file.get()));
}

}  // namespace tcm::disk
