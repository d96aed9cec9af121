// SPDX-License-Identifier: Apache-2.0
#include "core/cache/trash/root_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "core/cache/trash/access.hpp"
#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::cache {
namespace {

constexpr const char* kLockName = "lock";

tl::unexpected<Error> busy(const std::string& path) {
  return fail(ErrorCode::busy, path + ": another tcm is changing this cache; try again when it is done");
}

// What file systems say whose directories cannot be locked, or not through a descriptor that only reads.
bool cannot_lock_directories(int error) {
  return error == EBADF || error == EINVAL || error == ENOLCK || error == EOPNOTSUPP || error == ENOSYS;
}

int lock(int fd) {
  for (;;) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

}  // namespace

Result<RootLock> RootLock::take(const Root& root, TrashArea& area) {
  // An open file description of its own: closing it gives the lock back, and no copy of another descriptor keeps it.
  util::Fd directory;
  if (const int error = disk::open_directory_at(root.descriptor(), ".", directory); error != 0)
    return util::system_error(root.path() + ": cannot open the cache root", error);
  int error = lock(directory.get());
  if (error == 0) return RootLock(std::move(directory));
  if (error == EWOULDBLOCK) return busy(root.path());
  if (!cannot_lock_directories(error)) return util::system_error(root.path() + ": cannot lock it", error);
  TCM_TRY(area.need());
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  util::Fd file(::openat(area.descriptor(), kLockName, kFlags, 0600));
  // Whoever gets into the area takes turns with us. Its maker alone may change its mode, and has.
  if (file.valid()) static_cast<void>(::fchmod(file.get(), 0666) == 0);
  error = file.valid() ? lock(file.get()) : errno;
  if (error == 0) return RootLock(std::move(file));
  if (error == EWOULDBLOCK) return busy(root.path());
  return util::system_error(fmt::format("{}/{}: cannot lock it", area.path(), kLockName), error);
}

}  // namespace tcm::cache
