// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/file.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util/system/system_error.hpp"
#include "core/util/system/write_all.hpp"

namespace tcm::util {
namespace fs = std::filesystem;
namespace {

tl::unexpected<Error> system_failure(const std::string& path, std::string_view what, int number) {
  Error error = system_error(fmt::format("{}: {}", path, what), number).value();
  // Below a file there are no settings and no log either.
  if (number == ENOTDIR) error.code = ErrorCode::missing;
  return fail(std::move(error));
}

Result<struct stat> status_of(const Fd& fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_failure(path, "cannot be read", errno);
  return status;
}

/// The file that a chain of links ends at; it need not be there yet.
Result<std::string> target_of(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  if (error) return system_failure(path, "cannot be written", error.value());
  return target.string();
}

/// A file next to the target, removed unless it took the target's place.
class Draft {
 public:
  explicit Draft(const std::string& target) : path_(target + ".XXXXXX"), fd_(::mkostemp(path_.data(), O_CLOEXEC)) {}
  ~Draft() {
    if (fd_.valid() && !placed_) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  int fd() const { return fd_.get(); }
  bool place(const std::string& target) { return placed_ = ::rename(path_.c_str(), target.c_str()) == 0; }

 private:
  std::string path_;
  Fd fd_;
  bool placed_ = false;
};

/// So that the new name survives a crash; not every file system can do it for a directory.
void sync_directory(const std::string& target) {
  const Fd directory(::open(fs::path(target).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.valid()) ::fsync(directory.get());
}

}  // namespace

Result<SmallFile> read_small_file(const std::string& path, std::size_t limit) {
  // Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
  const Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd.valid()) return system_failure(path, "cannot be read", errno);
  TCM_ASSIGN(const struct stat status, status_of(fd, path));
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::failed, fmt::format("{}: is {}, not a file; remove it", path,
                                               S_ISDIR(status.st_mode) ? "a directory" : "a pipe or a device"));
  SmallFile file{{}, status.st_uid, status.st_mode};
  std::array<char, 16384> buffer{};
  while (file.text.size() <= limit) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(path, "cannot be read", errno);
    if (count == 0) return file;
    file.text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return fail(ErrorCode::failed, fmt::format("{}: is larger than {} bytes, so tcm did not write it", path, limit));
}

Result<void> make_private_directories(const std::string& directory) {
  std::error_code error;
  if (directory.empty() || fs::is_directory(directory, error)) return {};
  TCM_TRY(make_private_directories(fs::path(directory).parent_path().string()));
  if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
  Error failure = system_failure(directory, "cannot be made", errno).value();
  // Some file systems refuse with ENOENT; to whoever asks, nothing is missing that could be looked for.
  if (failure.code == ErrorCode::missing) failure.code = ErrorCode::failed;
  return fail(std::move(failure));
}

Result<void> replace_file(const std::string& path, std::string_view text, mode_t mode) {
  TCM_ASSIGN(const std::string target, target_of(path));
  TCM_TRY(make_private_directories(fs::path(target).parent_path().string()));
  struct stat status {};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) return fail(ErrorCode::failed, path + ": is not a regular file; remove it");
  Draft draft(target);
  if (draft.fd() < 0) return system_failure(target, "cannot be written", errno);
  // Root edits other users' files, too; whoever is not root cannot give files away.
  const bool keeps_owner = exists && (status.st_uid != ::geteuid() || status.st_gid != ::getegid());
  if (keeps_owner && ::fchown(draft.fd(), status.st_uid, status.st_gid) != 0 && ::geteuid() == 0)
    return system_failure(target, "cannot be written", errno);
  if (::fchmod(draft.fd(), exists ? status.st_mode & 07777 : mode) != 0)
    return system_failure(target, "cannot be written", errno);
  if (const int error = write_all(draft.fd(), text); error != 0)
    return system_failure(target, "cannot be written", error);
  if (::fsync(draft.fd()) != 0 || !draft.place(target)) return system_failure(target, "cannot be written", errno);
  sync_directory(target);
  return {};
}

Result<Fd> open_to_append(const std::string& path) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));
  if (!fd.valid()) return system_failure(path, "cannot be opened for writing", errno);
  TCM_ASSIGN(const struct stat status, status_of(fd, path));
  if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
    return fail(ErrorCode::failed, path + ": is not a regular file; name another");
  return fd;
}

}  // namespace tcm::util
