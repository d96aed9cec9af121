// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/choices/dead.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/util/text/time.hpp"

namespace tcm::service {
namespace {

bool is_within(std::int64_t rank, const index::VersionBound& bound) {
  switch (bound.comparison) {
    case index::Comparison::equal: return rank == bound.rank;
    case index::Comparison::not_equal: return rank != bound.rank;
    case index::Comparison::less: return rank < bound.rank;
    case index::Comparison::less_equal: return rank <= bound.rank;
    case index::Comparison::greater: return rank > bound.rank;
    case index::Comparison::greater_equal: return rank >= bound.rank;
  }
  return false;
}

}  // namespace

Result<DeadEntries> DeadEntries::create(const PlanContext& context, const std::vector<std::string>& cache_dirs) {
  DeadEntries dead(context);
  const DeadRules& rules = context.request.dead;
  for (const std::string& word : rules.versions) {
    TCM_ASSIGN(auto bounds, parse_version_bounds(word));
    dead.versions_.push_back(std::move(bounds));
  }
  if (!rules.archs.empty()) TCM_TRY(dead.read_archs());
  if (rules.version_unused_since_ns) TCM_TRY(dead.find_uses());
  if (rules.modules) TCM_TRY(dead.open_checker(cache_dirs));
  return dead;
}

Result<void> DeadEntries::read_archs() {
  FilterWords words;
  words.archs = context_->request.dead.archs;
  auto criteria = parse_filters(words, context_->backends, context_->now_ns);
  if (!criteria) return fail(ErrorCode::usage, "gc.archs: " + criteria.error().message);
  archs_ = std::move(criteria->archs);
  return {};
}

Result<void> DeadEntries::find_uses() {
  return for_each_candidate(context_->criteria, false, context_->roots, context_->index,
                            [&](Candidate&& candidate) -> Result<void> {
                              TCM_TRY(check_stop(*context_));
                              if (candidate.triton_version.empty()) return {};
                              std::int64_t& last = last_use_ns_[candidate.triton_version];
                              last = std::max(last, context_->judge.last_use(candidate));
                              return {};
                            });
}

Result<void> DeadEntries::open_checker(const std::vector<std::string>& cache_dirs) {
  checks_ = std::make_unique<VerifyRequest>();
  checks_->cache_dirs = cache_dirs;
  checks_->layout = context_->request.layout;
  checks_->spellings = context_->plan.spellings;
  std::vector<Error> unread;  // the plan has them
  TCM_ASSIGN(EntryChecker checker, EntryChecker::create(*checks_, &context_->index, context_->backends, unread));
  checker_.emplace(std::move(checker));
  for (std::size_t i = 0; i < checker_->roots().size(); ++i)
    checked_roots_.emplace(checker_->roots()[i].root.path(), i);
  return {};
}

std::optional<Death> DeadEntries::find(const Candidate& candidate) const {
  if (auto death = version_of(candidate)) return death;
  if (!archs_.empty() && !candidate.arch.empty() && !has_device(candidate))
    return Death{Cause::arch, "for " + candidate.arch + ", which no GPU here is"};
  if (candidate.kind == model::EntryKind::module && lacks_libraries(candidate))
    return Death{Cause::module, "needs another release of a library than is here"};
  return std::nullopt;
}

std::optional<Death> DeadEntries::version_of(const Candidate& candidate) const {
  const std::string& version = candidate.triton_version;
  const auto rank = index::version_rank(version);
  if (!rank) return std::nullopt;
  if (!versions_.empty() && !is_listed(*rank))
    return Death{Cause::version, "of Triton " + version + ", which is not used here"};
  const auto last = last_use_ns_.find(version);
  const auto since = context_->request.dead.version_unused_since_ns;
  if (last == last_use_ns_.end() || !since || last->second > *since) return std::nullopt;
  return Death{Cause::version, fmt::format("of Triton {}, last used {} ago", version,
                                           util::format_age(context_->now_ns, last->second))};
}

bool DeadEntries::is_listed(std::int64_t rank) const {
  return std::any_of(versions_.begin(), versions_.end(), [rank](const auto& bounds) {
    return std::all_of(bounds.begin(), bounds.end(), [rank](const auto& bound) { return is_within(rank, bound); });
  });
}

bool DeadEntries::has_device(const Candidate& candidate) const {
  return std::any_of(archs_.begin(), archs_.end(), [&](const index::ArchMatch& match) {
    const bool same = match.arch == candidate.arch && (match.backend.empty() || match.backend == candidate.backend);
    return same != match.negate;
  });
}

bool DeadEntries::lacks_libraries(const Candidate& candidate) const {
  if (!checker_) return false;
  const auto root = checked_roots_.find(context_->roots.root(candidate.root).path());
  if (root == checked_roots_.end()) return false;
  const cache::EntryFindings found = checker_->check(root->second, candidate.key);
  return std::any_of(found.findings.begin(), found.findings.end(), [](const cache::Finding& finding) {
    return finding.id == cache::FindingId::module_needs_library;
  });
}

}  // namespace tcm::service
