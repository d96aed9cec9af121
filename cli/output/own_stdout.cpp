// SPDX-License-Identifier: Apache-2.0
#include "cli/output/own_stdout.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace tcm::cli {
namespace {

/// Points it at standard error, which nobody parses as data; false when that is closed.
bool point_away(int descriptor) { return ::dup2(STDERR_FILENO, descriptor) >= 0; }

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
