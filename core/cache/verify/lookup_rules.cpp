// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/lookup_rules.hpp"

#include <array>

namespace tcm::cache {
namespace {

constexpr std::array<LookupRules, 5> kRules{{
    // Stages whose file is not there run again.
    {{2, 1}, true, LookupOutcome::crash_at_start, LookupOutcome::miss, LookupOutcome::miss},
    // Reads all files of the kernel's stem that are there.
    {{2, 3}, true, LookupOutcome::crash_at_start, LookupOutcome::hit, LookupOutcome::crash_at_start},
    {{3, 0}, false, LookupOutcome::crash_at_start, LookupOutcome::hit, LookupOutcome::crash_at_start},
    // "[CACHE] Handle corrupted cache" (triton 2b9c24e43).
    {{3, 7}, false, LookupOutcome::miss, LookupOutcome::hit, LookupOutcome::crash_at_start},
    // "Treat incomplete cache groups as misses" (triton 83adb20b1).
    {{3, 8}, false, LookupOutcome::miss, LookupOutcome::miss, LookupOutcome::miss},
}};

}  // namespace

std::span<const LookupRules> lookup_rules() { return kRules; }

const LookupRules& rules_of(Release release) {
  const LookupRules* found = &kRules.front();
  for (const LookupRules& rules : kRules)
    if (rules.from <= release) found = &rules;
  return *found;
}

}  // namespace tcm::cache
