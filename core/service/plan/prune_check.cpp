// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/prune_check.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/service/plan/refuse.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

constexpr std::array<std::string_view, 5> kGroupWords{"name", "backend", "arch", "version", "root"};

Result<void> check_groups(const PruneRequest& request) {
  for (const std::string& word : request.group_by) {
    if (std::find(kGroupWords.begin(), kGroupWords.end(), word) != kGroupWords.end()) continue;
    const auto meant = util::closest(word, kGroupWords);
    return refuse(fmt::format("--group-by '{}' is not one of name, backend, arch, version, root{}", word,
                              meant ? fmt::format("; did you mean {}?", *meant) : ""));
  }
  return {};
}

Result<void> check_budget(const PruneRequest& request) {
  const Budget& budget = request.budget;
  if (budget.low_water != 100 && !budget.max_bytes && !budget.max_files)
    return refuse("--low-water says how far to go below --max-size or --max-files; give one of them");
  if (request.trash && budget.frees_bytes())
    return refuse("--trash keeps what is removed, which frees nothing; leave it out, or the budget in bytes");
  return {};
}

}  // namespace

bool narrows(const FilterWords& filters) {
  FilterWords words = filters;
  words.cache_dirs.clear();
  const auto kinds = parse_kinds(words.kinds);
  if (kinds && std::find(kinds->begin(), kinds->end(), model::EntryKind::kernel) != kinds->end()) words.kinds.clear();
  return !is_empty(words);
}

Result<void> check_request(const PruneRequest& request) {
  TCM_TRY(check_groups(request));
  const bool chooses =
      request.mode == PruneMode::drop || request.mode == PruneMode::full || request.mode == PruneMode::upkeep;
  if (!chooses && (request.budget.any() || request.keep_newest))
    return refuse(
        "--max-size, --max-files, --min-free and --keep-newest choose kernels to drop from or to remove (--full); they "
        "cannot be combined with --deduplicate and --leftovers");
  if (request.keep_newest && *request.keep_newest == 0)
    return refuse("--keep-newest 0 would keep none; leave it out to choose them all");
  if (request.mode == PruneMode::drop && request.trash)
    return refuse("--trash keeps whole entries; it goes with --full, --deduplicate and --leftovers");
  if (request.mode == PruneMode::share && request.trash)
    return refuse("--trash keeps entries that are removed; --deduplicate=hardlink removes none");
  if (request.mode == PruneMode::drop && request.drop.empty())
    return refuse("--drop names nothing to drop; give ir, source or assembly");
  return check_budget(request);
}

Result<void> check_everything(const PruneRequest& request, const index::Criteria& criteria, index::Index& index) {
  if (request.mode != PruneMode::full || request.all || has_policy(request) || narrows(request.filters)) return {};
  TCM_ASSIGN(const std::int64_t count, index.count(criteria));
  return refuse(fmt::format("--full without a filter would remove all {} kernels; add a filter or --all",
                            util::format_count(static_cast<std::uint64_t>(count))));
}

}  // namespace tcm::service
