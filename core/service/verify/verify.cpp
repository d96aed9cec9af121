// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/verify.hpp"

#include <mutex>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "core/cache/verify/trust.hpp"
#include "core/service/verify/entry_checker.hpp"
#include "core/util/text/time.hpp"
#include "core/util/thread/queue.hpp"
#include "core/util/thread/thread.hpp"

namespace tcm::service {
namespace {

// Names are handed over some at a time: an entry is checked in less time than a queue takes.
constexpr std::size_t kBatch = 32;
constexpr std::size_t kWaitingBatches = 64;

/// Some entries of one root.
struct Batch {
  std::size_t root = 0;
  std::uint64_t first = 0;  ///< sequence of the first; of others one more each
  std::vector<std::string> keys;
  EntryChecker::Digests digests;  ///< of the entries
};

/// Many threads that check, one that names what is to be checked.
class Verifying {
 public:
  Verifying(const VerifyRequest& request, VerifyProgress& progress, const EntryChecker& checker, VerifyReport& report)
      : request_(request),
        progress_(progress),
        checker_(checker),
        roots_(checker.roots()),
        report_(report),
        waiting_(kWaitingBatches) {}
  ~Verifying() { waiting_.abort(); }

  Result<void> start() {
    for (unsigned i = 0; i < request_.jobs; ++i) {
      auto thread = util::Thread::start([this] { work(); }, [this](Error&& error) { fail_with(std::move(error)); });
      // Fewer threads take longer.
      if (!thread && threads_.empty()) return fail(std::move(thread).error());
      if (!thread) break;
      threads_.push_back(std::move(*thread));
    }
    return {};
  }

  /// False: there is no point in going on.
  bool submit(std::size_t root, std::string_view key) {
    if (batch_.keys.size() >= kBatch || batch_.root != root) hand_over();
    if (batch_.keys.empty()) batch_.first = sequence_, batch_.root = root;
    batch_.keys.emplace_back(key);
    ++sequence_;
    return !stopped_ && !progress_.stop.load(std::memory_order_relaxed);
  }

  void add(std::size_t root, std::vector<cache::Finding> findings) {
    tell(sequence_++, roots_[root].root.path(), {}, std::move(findings));
  }

  Result<void> finish() {
    hand_over();
    waiting_.close();
    for (util::Thread& thread : threads_) thread.join();
    if (error_) return fail(*error_);
    if (progress_.stop.load()) return fail(ErrorCode::interrupted, "interrupted; nothing was changed");
    return {};
  }

 private:
  void hand_over() {
    if (batch_.keys.empty()) return;
    auto digests = checker_.digests(batch_.root, batch_.keys);
    if (!digests) {
      stopped_ = true;
      return fail_with(std::move(digests).error());
    }
    batch_.digests = std::move(*digests);
    if (!waiting_.push(std::exchange(batch_, {}))) stopped_ = true;
  }

  void work() {
    while (auto batch = waiting_.pop()) {
      const CheckedRoot& root = roots_[batch->root];
      std::uint64_t sequence = batch->first;
      for (const std::string& key : batch->keys) {
        // Who hands over must not wait for room that nobody makes any more.
        if (progress_.stop.load(std::memory_order_relaxed)) return waiting_.abort();
        take(sequence++, root.root.path(), key, checker_.check(batch->root, key, batch->digests));
      }
    }
  }

  void take(std::uint64_t sequence, const std::string& root, const std::string& key, cache::EntryFindings&& found) {
    progress_.entries.fetch_add(1, std::memory_order_relaxed);
    progress_.bytes.fetch_add(found.bytes, std::memory_order_relaxed);
    {
      const std::lock_guard lock(mutex_);
      report_.entries += found.is_entry ? 1U : 0U;
      report_.hits += found.hits;
      report_.misses += found.misses;
      report_.failures += found.failures;
      report_.other_roots += found.other_roots;
      report_.unrecorded += found.unrecorded;
      report_.unjudged += found.unjudged ? 1U : 0U;
    }
    tell(sequence, root, key, std::move(found.findings));
  }

  void tell(std::uint64_t sequence, const std::string& root, const std::string& key,
            std::vector<cache::Finding> findings) {
    if (findings.empty()) return;
    const std::lock_guard lock(mutex_);
    for (cache::Finding& finding : findings) {
      if (request_.ignored.contains(finding.id)) {
        ++report_.ignored;
        continue;
      }
      auto added = report_.findings.add(sequence, {root, key, std::move(finding)});
      if (added || error_) continue;
      error_ = std::move(added).error();
      waiting_.abort();
    }
  }

  void fail_with(Error&& error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    waiting_.abort();
  }

  const VerifyRequest& request_;
  VerifyProgress& progress_;
  const EntryChecker& checker_;
  const std::vector<CheckedRoot>& roots_;
  VerifyReport& report_;
  Batch batch_;
  std::uint64_t sequence_ = 0;
  bool stopped_ = false;
  std::mutex mutex_;
  std::optional<Error> error_;  ///< the first of any thread
  util::BoundedQueue<Batch> waiting_;
  std::vector<util::Thread> threads_;
};

/// Roots of one cache directory have the same directories above them.
std::vector<cache::Finding> untold(std::vector<cache::Finding> findings,
                                   std::set<std::pair<cache::FindingId, std::string>>& told) {
  std::erase_if(findings,
                [&told](const cache::Finding& finding) { return !told.emplace(finding.id, finding.file).second; });
  return findings;
}

Result<void> submit_all(const std::vector<CheckedRoot>& roots, Verifying& verifying, VerifyReport& report) {
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const std::string& path = roots[i].root.path();
    auto scanned = roots[i].root.scan(
        [&](const cache::RootItem& item) {
          return item.type != cache::RootItem::Type::directory || verifying.submit(i, item.name);
        },
        [&](std::string_view name, std::string reason) {
          report.unread.push_back({ErrorCode::denied, path + "/" + std::string(name) + ": " + std::move(reason)});
        });
    if (!scanned) report.unread.push_back(std::move(scanned).error());
  }
  return {};
}

/// Which entries of these match nobody knows.
Result<void> note_unknown(const std::vector<CheckedRoot>& roots, index::Index& index, VerifyReport& report) {
  TCM_ASSIGN(const auto rows, index.roots());
  std::set<std::string_view> known;
  for (const index::RootRow& row : rows)
    if (row.indexed_ns != 0) known.insert(row.location.path);
  std::size_t unknown = 0;
  for (const CheckedRoot& root : roots) {
    if (known.contains(root.root.path())) continue;
    ++unknown;
    report.unread.push_back({ErrorCode::missing, fmt::format("{0}: not checked: filters ask the index, which does not "
                                                             "know it yet; run `tcm index --cache-dir {0}` first",
                                                             root.root.path())});
  }
  if (unknown > 0 && unknown == roots.size()) return fail(report.unread.back());
  return {};
}

Result<void> submit_matching(const VerifyRequest& request, const std::vector<CheckedRoot>& roots, index::Index& index,
                             const Backends& backends, Verifying& verifying) {
  TCM_ASSIGN(index::Criteria criteria, parse_filters(request.filters, backends, util::now_ns(), index.columns()));
  TCM_TRY(check_fields(criteria, index));
  std::map<std::string, std::size_t, std::less<>> positions;
  for (std::size_t i = 0; i < roots.size(); ++i) positions.emplace(roots[i].root.path(), i);
  std::string last_key;
  std::size_t last_root = roots.size();
  const index::Order order{index::column_field("key"), true, {}, true};
  return index.list(criteria, order, std::nullopt, [&](const index::Row& row) {
    const auto root = positions.find(row.root);
    if (root == positions.end() || (root->second == last_root && row.key == last_key)) return;
    last_root = root->second;
    last_key = row.key;
    verifying.submit(root->second, row.key);
  });
}

}  // namespace

bool needs_index(const VerifyRequest& request) { return !is_empty(request.filters); }

Result<VerifyReport> verify_caches(const VerifyRequest& request, index::Index* index, const Backends& backends,
                                   VerifyProgress& progress) {
  if (needs_index(request) && index == nullptr)
    return fail(ErrorCode::missing, "there is no index yet, which the filters ask; run `tcm index` first");
  TCM_ASSIGN(Findings findings, Findings::create());
  VerifyReport report(std::move(findings));
  TCM_ASSIGN(const EntryChecker checker, EntryChecker::create(request, index, backends, report.unread));
  const std::vector<CheckedRoot>& roots = checker.roots();
  for (const CheckedRoot& root : roots) report.roots.push_back(root.root.path());
  if (needs_index(request)) TCM_TRY(note_unknown(roots, *index, report));

  Verifying verifying(request, progress, checker, report);
  TCM_TRY(verifying.start());
  std::set<std::pair<cache::FindingId, std::string>> told;
  if (request.trust)
    for (std::size_t i = 0; i < roots.size(); ++i)
      for (const std::string& path : request.seen_at.empty() ? roots[i].seen_at : std::vector{roots[i].root.path()})
        verifying.add(i, untold(cache::check_ancestors(path), told));
  const Result<void> submitted = needs_index(request) ? submit_matching(request, roots, *index, backends, verifying)
                                                      : submit_all(roots, verifying, report);
  TCM_TRY(verifying.finish());
  TCM_TRY(submitted);
  return report;
}

}  // namespace tcm::service
