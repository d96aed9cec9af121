// SPDX-License-Identifier: Apache-2.0
#include "cli/output/own_stdout.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace tcm::cli {
namespace {

/// To where nobody takes it for data.
bool point_away(int descriptor) {
  if (::dup2(STDERR_FILENO, descriptor) >= 0) return true;
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0) return false;
  const bool done = ::dup2(null, descriptor) >= 0;
  ::close(null);
  return done;
}

std::FILE* take_over() {
  std::fflush(stdout);
  const int copy = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0) return stdout;
  std::FILE* stream = ::fdopen(copy, "w");
  if (stream != nullptr && point_away(STDOUT_FILENO)) return stream;
  if (stream != nullptr)
    std::fclose(stream);
  else
    ::close(copy);
  return stdout;
}

}  // namespace

std::FILE* own_stdout() {
  static std::FILE* const stream = take_over();
  return stream;
}

}  // namespace tcm::cli
