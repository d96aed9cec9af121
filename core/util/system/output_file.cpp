// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/output_file.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util/system/system_error.hpp"
#include "core/util/system/write_all.hpp"

namespace tcm::util {
namespace {

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::string& path) {
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode))
    return fail(ErrorCode::failed, path + ": a directory; name a file in it");
  const std::string directory = directory_of(path);
  const std::string name = path.substr(path.rfind('/') + 1);
  std::string temporary = fmt::format("{}/.{}.tmp.{}", directory, name, ::getpid());
  Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file.valid()) return system_error(path + ": cannot be written", errno);
  return OutputFile(path, std::move(temporary), std::move(file));
}

OutputFile::~OutputFile() {
  if (file_.valid()) ::unlink(temporary_.c_str());
}

Result<void> OutputFile::write(std::string_view piece) {
  if (const int error = write_all(file_.get(), piece); error != 0)
    return system_error(path_ + ": cannot be written", error);
  return {};
}

Result<void> OutputFile::finish_as(const std::string& path) {
  path_ = path;
  return finish();
}

Result<void> OutputFile::finish() {
  if (::fsync(file_.get()) != 0 && errno != EINVAL) return system_error(path_ + ": cannot be written", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return system_error(path_ + ": cannot be put in place", errno);
  file_ = {};
  const Fd directory(::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A file system that cannot do this decides by itself when it writes the name.
  if (directory.valid()) ::fsync(directory.get());
  return {};
}

}  // namespace tcm::util
