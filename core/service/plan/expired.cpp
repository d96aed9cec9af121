// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/expired.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/util/text/time.hpp"

namespace tcm::service {

Result<std::string> new_trash_id(const RootSet& concerned, index::Index& index, std::int64_t now_ns) {
  std::set<std::string> paths;
  for (const std::string& path : concerned.paths()) paths.insert(path);
  TCM_ASSIGN(const auto known, index.roots());
  for (const index::RootRow& row : known) paths.insert(row.location.path);
  std::vector<Error> ignored;  // what cannot be opened can restore nothing either
  const RootSet roots = RootSet::open({paths.begin(), paths.end()}, ignored);
  const std::string local = util::format_local(now_ns);  // "2026-11-23 13:00:00 +0100"
  const std::string date = local.substr(0, 4) + local.substr(5, 2) + local.substr(8, 2);
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    const auto bins = cache::list_trash(roots.root(i));
    if (!bins) continue;
    for (const cache::TrashBin& bin : *bins)
      if (bin.id.starts_with(date + "-")) last = std::max(last, cache::trash_number(bin.id));
  }
  return fmt::format("{}-{}", date, last + 1);
}

std::vector<ExpiredBin> expired_bins(const RootSet& roots, std::int64_t keep_ns, std::uint64_t max_bytes,
                                     std::int64_t now_ns, std::vector<Error>& failures) {
  std::vector<ExpiredBin> bins;
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    auto listed = cache::list_trash(roots.root(i));
    if (!listed) {
      failures.push_back(std::move(listed).error());
      continue;
    }
    for (cache::TrashBin& bin : *listed) {
      if (!bin.ours) continue;
      total += bin.allocated;
      bins.push_back({i, std::move(bin)});
    }
  }
  std::sort(bins.begin(), bins.end(),
            [](const ExpiredBin& a, const ExpiredBin& b) { return cache::is_older(a.bin, b.bin); });
  std::vector<ExpiredBin> expired;
  for (ExpiredBin& bin : bins) {
    // What a killed run left nobody can restore.
    const bool old = now_ns - bin.bin.made_ns > keep_ns || !cache::is_trash_id(bin.bin.id);
    if (!old && total <= max_bytes) continue;
    total -= std::min(total, bin.bin.allocated);
    expired.push_back(std::move(bin));
  }
  return expired;
}

}  // namespace tcm::service
