// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/file_system.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::cache {

Result<FileSystem> file_system_of(const Root& root) {
  struct statvfs found {};
  disk::Node node;
  int error = ::fstatvfs(root.descriptor(), &found) == 0 ? 0 : errno;
  if (error == 0) error = disk::stat_of(root.descriptor(), node);
  if (error != 0) return util::system_error(root.path() + ": cannot ask its file system", error);
  FileSystem answer;
  answer.device = node.device;
  answer.total_bytes = static_cast<std::uint64_t>(found.f_blocks) * found.f_frsize;
  answer.free_bytes = static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
  answer.noatime = (found.f_flag & ST_NOATIME) != 0;
  return answer;
}

Result<void> check_changeable(const Root& root) {
  if (::faccessat(root.descriptor(), ".", R_OK | W_OK | X_OK, AT_EACCESS) == 0) return {};
  return util::system_error(root.path() + ": cannot be changed", errno);
}

}  // namespace tcm::cache
