// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/entry_checker.hpp"

#include "core/service/scan/prober.hpp"
#include "core/service/verify/file_check.hpp"
#include "core/util/text/time.hpp"

namespace tcm::service {

struct EntryChecker::State {
  State(std::vector<CheckedRoot> opened, OtherRoots known, bool is_deep)
      : roots(std::move(opened)), others(std::move(known)), deep(is_deep), memory(kMaxProbedBytes) {}

  cache::EntryCheck check_of(const VerifyRequest& request, const CheckedRoot& root, const Backends& backends) {
    cache::EntryCheck check;
    check.viewpoint.roots = root.seen_at;
    check.viewpoint.release = request.release;
    // What else lies where processes see another path cannot be known here.
    if (request.seen_at.empty())
      check.viewpoint.is_elsewhere = [this](const std::string& path) { return others.has(path); };
    check.types = &backends.naming().types();
    check.whole = request.level != VerifyLevel::quick;
    if (check.whole)
      check.look_into = [this, &backends](int entry, const cache::KernelOnDisk& kernel) {
        return check_files(entry, kernel, backends, memory);
      };
    check.trust = request.trust;
    check.settled_ns = util::now_ns() - request.grace_ns;
    return check;
  }

  std::vector<CheckedRoot> roots;
  OtherRoots others;
  bool deep;
  index::Index* index = nullptr;            ///< where digests are; null: nowhere
  std::map<std::string, std::int64_t> ids;  ///< of the roots that it knows, by their paths
  util::ByteBudget memory;                  ///< what the threads hold of files, together
  std::vector<cache::EntryCheck> checks;
};

EntryChecker::EntryChecker(std::unique_ptr<State> state) : state_(std::move(state)) {}
EntryChecker::~EntryChecker() = default;
EntryChecker::EntryChecker(EntryChecker&&) noexcept = default;
EntryChecker& EntryChecker::operator=(EntryChecker&&) noexcept = default;

Result<EntryChecker> EntryChecker::create(const VerifyRequest& request, index::Index* index, const Backends& backends,
                                          std::vector<Error>& unread) {
  TCM_ASSIGN(std::vector<CheckedRoot> roots, open_roots(request, unread));
  TCM_ASSIGN(OtherRoots others, OtherRoots::find(roots, index));
  backends.naming();  // load plugins on this thread, before any other asks
  auto state = std::make_unique<State>(std::move(roots), std::move(others), request.level == VerifyLevel::deep);
  if (state->deep && index != nullptr) {
    TCM_ASSIGN(const auto rows, index->roots());
    for (const index::RootRow& row : rows) state->ids.emplace(row.location.path, row.id);
    state->index = index;
  }
  for (const CheckedRoot& root : state->roots) state->checks.push_back(state->check_of(request, root, backends));
  return EntryChecker(std::move(state));
}

const std::vector<CheckedRoot>& EntryChecker::roots() const { return state_->roots; }

Result<EntryChecker::Digests> EntryChecker::digests(std::size_t root, const std::vector<std::string>& keys) const {
  Digests found;
  const auto id = state_->ids.find(state_->roots[root].root.path());
  if (state_->index == nullptr || id == state_->ids.end()) return found;
  TCM_TRY(state_->index->digests_of(id->second, keys, [&found](const std::string& key, model::EntryDigests&& digests) {
    found.insert_or_assign(key, std::move(digests));
  }));
  return found;
}

cache::EntryFindings EntryChecker::check(std::size_t root, const std::string& key, const Digests& recorded) const {
  static const model::EntryDigests kNone;
  const auto digests = recorded.find(key);
  const model::EntryDigests& known = digests == recorded.end() ? kNone : digests->second;
  return cache::check_entry(state_->roots[root].root.descriptor(), key, state_->checks[root],
                            state_->deep ? &known : nullptr);
}

}  // namespace tcm::service
