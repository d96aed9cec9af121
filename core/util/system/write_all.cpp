// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/write_all.hpp"

#include <cerrno>

#include <unistd.h>

namespace tcm::util {

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EINTR)
      return errno;
  }
  return 0;
}

}  // namespace tcm::util
