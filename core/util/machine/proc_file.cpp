// SPDX-License-Identifier: Apache-2.0
#include "core/util/machine/proc_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "core/util/system/fd.hpp"

namespace tcm::util {

int read_proc_file(const std::string& path, std::size_t limit, std::string& text) {
  text.clear();
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) return errno;
  std::array<char, std::size_t{16} << 10> piece{};
  while (text.size() < limit) {
    const ssize_t got = ::read(file.get(), piece.data(), std::min(piece.size(), limit - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return 0;
}

}  // namespace tcm::util
