// SPDX-License-Identifier: Apache-2.0
#include "core/service/hits/job.hpp"

#include <algorithm>
#include <tuple>

namespace tcm::service {

std::int64_t EntryUse::misses() const { return std::max(missed, compiled); }

std::int64_t EntryUse::hits() const {
  const std::int64_t found = looked_up - std::max<std::int64_t>(0, compiled - missed);
  const std::int64_t used = loaded > 0 ? loaded - misses() : found;
  return std::max<std::int64_t>(0, used) + read_too;
}

void JobUse::add(LookupLine&& line) {
  EntryUse& use = entries_[{std::move(line.root), std::move(line.key)}];
  if (use.name.empty()) use.name = std::move(line.name);
  use.last_ns = std::max(use.last_ns, line.time_ns);
  const std::int64_t first = line.again ? 0 : 1;
  switch (line.kind) {
    case LookupKind::hit:
      use.looked_up += first;
      ++use.lookups;
      break;
    case LookupKind::miss:
      ++use.missed;
      ++use.lookups;
      break;
    case LookupKind::loaded: use.loaded += first; break;
    case LookupKind::read_too: use.read_too += first; break;
    case LookupKind::compiled:
      ++use.compiled;
      use.compile_us += line.microseconds;
      break;
  }
}

JobSum sum_up(const JobUse& use) {
  JobSum sum;
  for (const auto& [place, entry] : use.entries()) {
    if (entry.lookups == 0 && entry.loaded == 0) continue;  // read for another entry, which counts
    sum.lookups += entry.lookups;
    sum.compile_us += entry.compile_us;
    ++sum.kernels;
    if (entry.misses() == 0) {
      ++sum.hits;
      if (entry.lookups == 0) ++sum.loaded;
      continue;
    }
    ++sum.misses;
    if (entry.compiled > 0) ++sum.new_in[place.first];
    sum.missed.push_back({place.first, place.second, entry.name, entry.misses(), entry.compiled, entry.compile_us});
  }
  std::sort(sum.missed.begin(), sum.missed.end(), [](const MissedKernel& a, const MissedKernel& b) {
    return std::tie(b.compile_us, a.name, a.key) < std::tie(a.compile_us, b.name, b.key);
  });
  return sum;
}

}  // namespace tcm::service
