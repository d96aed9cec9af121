// SPDX-License-Identifier: Apache-2.0
#include "core/disk/same_bytes.hpp"

#include <memory>

#include <unistd.h>

namespace tcm::disk {
namespace {

constexpr std::size_t kBuffer = std::size_t{64} << 10;

// Up to `size` bytes at `offset`, fewer only at the end. -1 with errno.
ssize_t read_at(int fd, std::byte* to, std::size_t size, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, to + done, size - done, static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got > 0)
      done += static_cast<std::size_t>(got);
    else if (errno != EINTR)
      return -1;
  }
  return static_cast<ssize_t>(done);
}

}  // namespace

int same_bytes(int a, const Node& node_a, int b, const Node& node_b, bool& same) {
  same = node_a.device == node_b.device && node_a.inode == node_b.inode;
  if (same || node_a.bytes != node_b.bytes) return 0;
  const auto buffers = std::make_unique<std::array<std::array<std::byte, kBuffer>, 2>>();
  for (std::uint64_t offset = 0;; offset += kBuffer) {
    const ssize_t got_a = read_at(a, (*buffers)[0].data(), kBuffer, offset);
    if (got_a < 0) return errno;
    const ssize_t got_b = read_at(b, (*buffers)[1].data(), kBuffer, offset);
    if (got_b < 0) return errno;
    if (got_a != got_b || std::memcmp((*buffers)[0].data(), (*buffers)[1].data(), static_cast<std::size_t>(got_a)) != 0)
      return 0;
    if (static_cast<std::size_t>(got_a) < kBuffer) break;
  }
  same = true;
  return 0;
}

}  // namespace tcm::disk
