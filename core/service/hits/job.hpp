// SPDX-License-Identifier: Apache-2.0
// What the processes of one job did with the entries of a cache.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/service/hits/line.hpp"

namespace tcm::service {

/// One entry, in all processes of the job.
struct EntryUse {
  std::string name;
  std::int64_t looked_up = 0;   ///< processes that found it, the first time that they asked
  std::int64_t loaded = 0;      ///< processes that loaded it by path, and had not used it before
  std::int64_t read_too = 0;    ///< processes that read it through the group of another
  std::int64_t missed = 0;      ///< look-ups that did not find it
  std::int64_t compiled = 0;    ///< compilations that came to their end
  std::int64_t lookups = 0;     ///< all of them
  std::int64_t compile_us = 0;  ///< of all compilations together, in microseconds
  std::int64_t last_ns = 0;     ///< the last of all lines

  /// Compilations that were begun. Who is told to compile always does so after a hit, too.
  std::int64_t misses() const;
  /// Processes that used it without compiling it. A worker of inductor's looks an entry up, or compiles it, for a
  /// process that then loads it: that is one use, of the process that loads.
  std::int64_t hits() const;
};

class JobUse {
 public:
  void add(LookupLine&& line);
  /// By root and key.
  const std::map<std::pair<std::string, std::string>, EntryUse>& entries() const { return entries_; }
  void clear() { entries_.clear(); }

 private:
  std::map<std::pair<std::string, std::string>, EntryUse> entries_;
};

/// A kernel that was compiled.
struct MissedKernel {
  std::string root, key, name;
  std::int64_t misses = 0;
  std::int64_t compiled = 0;    ///< of them came to their end
  std::int64_t compile_us = 0;  ///< of those together
};

/// A job in a few numbers. Each kernel counts once, however many processes used it: as a miss if any of them had to
/// compile it.
struct JobSum {
  std::int64_t processes = 0;  ///< that used kernels
  std::int64_t lookups = 0;    ///< of Triton's cache
  std::int64_t kernels = 0;
  std::int64_t hits = 0;
  std::int64_t misses = 0;
  std::int64_t loaded = 0;      ///< of hits: without a look-up
  std::int64_t compile_us = 0;  ///< of all processes together
  std::uint64_t unreadable = 0;
  std::vector<MissedKernel> missed;              ///< the slowest first
  std::map<std::string, std::int64_t> new_in{};  ///< how many entries are new, by root
};

JobSum sum_up(const JobUse& use);

}  // namespace tcm::service
