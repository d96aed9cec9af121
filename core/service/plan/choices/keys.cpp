// SPDX-License-Identifier: Apache-2.0
// Choosing the entries that somebody names: by key, by the beginning of a key, or by path.
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/service/plan/plan_maker.hpp"
#include "core/service/query/entry_words.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

using Place = std::pair<std::uint32_t, std::string>;

/// The entries of this key, in any root of the plan.
Result<std::vector<Candidate>> entries_of(const PlanContext& context, const std::string& key) {
  index::Criteria one = context.criteria;
  one.key_prefix = key;
  std::vector<Candidate> found;
  TCM_TRY(for_each_candidate(one, false, context.roots, context.index, [&](Candidate&& candidate) -> Result<void> {
    if (candidate.key == key) found.push_back(std::move(candidate));
    return {};
  }));
  return found;
}

/// A root of the plan, or why it is none.
Result<std::uint32_t> root_of_plan(const PlanContext& context, const std::string& path) {
  if (const auto position = context.roots.find(path)) return *position;
  for (const Error& failure : context.plan.failures)
    if (failure.message.starts_with(path)) return fail(failure);
  return fail(ErrorCode::missing, path + ": is not here now, or outside of --cache-dir");
}

Result<Candidate> entry_of_path(const PlanContext& context, const std::string& word) {
  TCM_ASSIGN(const auto roots, context.index.roots());
  const auto place = find_entry_path(word, roots);
  if (!place) return fail(unknown_entry_path(word));
  TCM_ASSIGN(const std::uint32_t root, root_of_plan(context, place->root.location.path));
  TCM_ASSIGN(auto entries, entries_of(context, place->key));
  for (Candidate& entry : entries)
    if (entry.root == root) return std::move(entry);
  return fail(ErrorCode::missing,
              util::escape_control(entry_path(place->root.location.path, place->key)) + ": there is no such entry");
}

tl::unexpected<Error> in_several_roots(const PlanContext& context, const std::vector<Candidate>& entries) {
  constexpr std::size_t kNamed = 3;
  std::string roots;
  for (std::size_t i = 0; i < entries.size() && i < kNamed; ++i)
    roots += (i == 0 ? "" : ", ") + context.roots.root(entries[i].root).path();
  if (entries.size() > kNamed) roots += fmt::format(" and {} more", entries.size() - kNamed);
  const Candidate& first = entries.front();
  return fail(ErrorCode::usage,
              util::escape_control(fmt::format(
                  "'{}' lies in {} roots: {}; give the path of the one that is meant, such as {}, or --cache-dir",
                  first.key, entries.size(), roots, entry_path(context.roots.root(first.root).path(), first.key))));
}

Result<Candidate> entry_of_key(const PlanContext& context, const std::string& word) {
  TCM_ASSIGN(const std::string key, whole_key(word, context.criteria, context.index));
  TCM_ASSIGN(auto entries, entries_of(context, key));
  if (entries.size() > 1) return in_several_roots(context, entries);
  if (!entries.empty()) return std::move(entries.front());
  // The index knows the key in a root that is not here, or that refuses to be changed.
  if (!context.plan.failures.empty()) return fail(context.plan.failures.front());
  return fail(ErrorCode::missing, fmt::format("'{}': its root is not here now", util::escape_control(key)));
}

}  // namespace

Result<void> choose_keys(const PlanContext& context) {
  LinkLedger ledger;
  std::set<Place> done;
  const Reason reason = [](const Candidate&, const PlanItem&) { return std::string("requested"); };
  for (const std::string& word : context.request.keys) {
    TCM_TRY(check_stop(context));
    TCM_ASSIGN(const Candidate entry, is_entry_path(word) ? entry_of_path(context, word) : entry_of_key(context, word));
    if (!done.emplace(entry.root, entry.key).second) continue;
    ++context.progress.looked_at;
    TCM_TRY(put_into_plan(context, entry, context.judge.judge(entry), ledger, reason));
  }
  return {};
}

}  // namespace tcm::service
