// SPDX-License-Identifier: Apache-2.0
#include "core/cache/read/stamp.hpp"

#include "core/util/text/time.hpp"

namespace tcm::cache {
namespace {

// The kernel stamps a directory with the time of its last timer tick, at most 10 ms ago (100 Hz).
constexpr std::int64_t kTick = 20'000'000;
// File systems without finer times store whole seconds, or two.
constexpr std::int64_t kCoarseTick = 2 * util::kSecond;
// Change times cannot be set, so one of a whole second tells such a file system for sure: an old one, or a file
// server's, whose clock is not this machine's. So much may this one be ahead.
constexpr std::int64_t kSkew = 60 * util::kSecond;

bool is_whole(std::int64_t time_ns) { return time_ns % util::kSecond == 0; }

bool is_old(std::int64_t time_ns, std::int64_t tick, std::int64_t now) {
  return now - time_ns >= (is_whole(time_ns) ? tick : kTick);
}

}  // namespace

bool is_settled(const model::EntryStamp& stamp, std::int64_t now) {
  const std::int64_t tick = is_whole(stamp.ctime_ns) && is_whole(stamp.mtime_ns) ? kSkew : kCoarseTick;
  return is_old(stamp.mtime_ns, tick, now) && is_old(stamp.ctime_ns, tick, now);
}

model::EntryStamp stamp_of(const disk::Node& node, std::int64_t now) {
  model::EntryStamp stamp{node.inode, node.mtime_ns, node.ctime_ns, false};
  stamp.settled = is_settled(stamp, now);
  return stamp;
}

}  // namespace tcm::cache
