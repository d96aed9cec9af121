// SPDX-License-Identifier: Apache-2.0
#include "core/disk/new_file.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk/error_of.hpp"
#include "core/util/system/write_all.hpp"

namespace tcm::disk {
namespace {

int give(int fd, const std::optional<Owner>& owner) {
  return owner ? error_of(::fchown(fd, owner->uid, owner->gid)) : 0;
}

}  // namespace

int make_plain_directory_at(int directory, const char* name, const std::optional<Owner>& owner) {
  if (::mkdirat(directory, name, 0777) != 0) return errno;
  if (!owner) return 0;
  util::Fd made;
  const int error = open_own_directory_at(directory, name, made);
  return error != 0 ? error : give(made.get(), owner);
}

int make_plain_directories(const std::string& path) {
  for (std::size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at);
    const std::string above = path.substr(0, at);
    if (::mkdir(above.c_str(), 0777) != 0 && errno != EEXIST) {
      // On a file system that is mounted read-only, what is there is refused for that.
      struct stat there {};
      const int error = errno;
      if (::stat(above.c_str(), &there) != 0 || !S_ISDIR(there.st_mode)) return error;
    }
    if (at != std::string::npos) ++at;
  }
  return 0;
}

int NewFile::create(int directory, const char* name, const std::optional<Owner>& owner) {
  constexpr int kWriting = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  file_ = util::Fd(::openat(directory, name, kWriting, 0666));
  return file_.valid() ? give(file_.get(), owner) : errno;
}

int NewFile::write(std::string_view piece) { return util::write_all(file_.get(), piece); }

int NewFile::share_blocks(int with) { return error_of(::ioctl(file_.get(), FICLONE, with)); }

int NewFile::close() {
  const int fd = file_.release();
  return fd < 0 ? 0 : error_of(::close(fd));
}

}  // namespace tcm::disk
