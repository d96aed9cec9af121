// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/cache_diff.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <tuple>

#include "core/cache/find/cache_directory.hpp"
#include "core/cache/format/file_names.hpp"
#include "core/cache/read/root.hpp"
#include "core/service/compare/same_files.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

using RootItem = cache::RootItem;

struct OpenRoot {
  cache::Root root;
  std::string relative;
};

/// An entry of a side: its key, and in which root.
struct Item {
  std::string key;
  std::uint32_t root = 0;

  bool operator<(const Item& other) const { return std::tie(key, root) < std::tie(other.key, other.root); }
};

struct Cache {
  std::string path;
  std::vector<OpenRoot> roots;  ///< in the order of their names
  std::vector<Item> items;      ///< in order
};

Result<Cache> open_cache(const std::string& directory, std::vector<std::string>& unread) {
  TCM_ASSIGN(const cache::CacheDirectory found, cache::find_roots(directory, {}));
  for (const cache::SearchProblem& problem : found.problems)
    unread.push_back(util::escape_control(problem.path) + ": " + problem.message);
  Cache opened{found.path, {}, {}};
  for (const model::RootLocation& location : found.roots) {
    TCM_ASSIGN(cache::Root root, cache::Root::open(location.path));
    std::string relative = location.path.substr(std::min(location.path.size(), found.path.size()));
    if (relative.starts_with('/')) relative.erase(0, 1);
    const auto number = static_cast<std::uint32_t>(opened.roots.size());
    opened.roots.push_back({std::move(root), std::move(relative)});
    TCM_TRY(opened.roots.back().root.scan(
        [&](const RootItem& item) {
          if (item.type == RootItem::Type::directory) opened.items.push_back({std::string(item.name), number});
          return true;
        },
        [&](std::string_view name, const std::string& reason) {
          unread.push_back(util::escape_control(location.path + "/" + std::string(name)) + ": " + reason);
        }));
  }
  std::sort(opened.items.begin(), opened.items.end());
  return opened;
}

std::uint64_t bytes_of(const model::Entry& entry) {
  std::uint64_t bytes = 0;
  for (const model::Record& record : entry.records) bytes += model::totals_of(record.artifacts).total();
  return bytes;
}

class Comparer {
 public:
  Comparer(Cache& a, Cache& b, const Backends& backends, CacheDiffTotals& totals,
           const std::function<void(const DifferingEntry&)>& each)
      : a_(a), b_(b), backends_(backends), totals_(totals), each_(each) {}

  Result<void> run(const std::atomic<bool>& stop) {
    auto a = a_.items.begin();
    auto b = b_.items.begin();
    while (a != a_.items.end() || b != b_.items.end()) {
      if (stop.load()) return fail(ErrorCode::interrupted, "interrupted");
      const std::string key = b == b_.items.end() || (a != a_.items.end() && a->key <= b->key) ? a->key : b->key;
      const auto others = [&key](const Item& item) { return item.key != key; };
      const auto end_a = std::find_if(a, a_.items.end(), others);
      const auto end_b = std::find_if(b, b_.items.end(), others);
      compare({a, end_a}, {b, end_b});
      a = end_a;
      b = end_b;
    }
    return {};
  }

 private:
  using Items = std::span<const Item>;

  void compare(Items a, Items b) {
    std::set<const Item*> met;
    for (const Item& item : a) {
      if (b.empty()) {
        tell_only(KeyDifference::only_a, a_, item);
        continue;
      }
      const Item& other = counterpart(a_, item, b_, b);
      met.insert(&other);
      compare_two(item, other);
    }
    for (const Item& item : b) {
      if (a.empty())
        tell_only(KeyDifference::only_b, b_, item);
      else if (!met.contains(&item))
        compare_two(counterpart(b_, item, a_, a), item);
    }
  }

  static const Item& counterpart(const Cache& cache, const Item& item, const Cache& other, Items items) {
    for (const Item& candidate : items)
      if (other.roots[candidate.root].relative == cache.roots[item.root].relative) return candidate;
    return items.front();
  }

  model::Entry read(const Cache& cache, const Item& item) const {
    return cache.roots[item.root].root.read_entry(item.key, backends_.naming());
  }

  static DifferingEntry describe(KeyDifference difference, const Cache& cache, const Item& item,
                                 const model::Entry& entry) {
    DifferingEntry told;
    told.difference = difference;
    told.key = item.key;
    told.root = cache.roots[item.root].relative;
    told.facts = entry.records.front().facts;
    told.kind = entry.records.front().kind;
    told.bytes = bytes_of(entry);
    return told;
  }

  void tell_only(KeyDifference difference, const Cache& cache, const Item& item) {
    const DifferingEntry told = describe(difference, cache, item, read(cache, item));
    const bool is_a = difference == KeyDifference::only_a;
    ++(is_a ? totals_.only_a : totals_.only_b);
    (is_a ? totals_.only_a_bytes : totals_.only_b_bytes) += told.bytes;
    each_(told);
  }

  void compare_two(const Item& a, const Item& b) {
    const model::Entry entry_a = read(a_, a);
    const model::Entry entry_b = read(b_, b);
    DifferingEntry told = describe(KeyDifference::differs, a_, a, entry_a);
    std::map<std::string, int> sides;  // 1: A has it, 2: B
    for (const model::Record& record : entry_a.records)
      for (const model::Artifact& file : record.artifacts) sides[file.name] |= 1;
    for (const model::Record& record : entry_b.records)
      for (const model::Artifact& file : record.artifacts) sides[file.name] |= 2;
    for (const auto& [name, side] : sides) {
      if (side != 3)
        told.files.push_back({name, side == 1 ? FileDifference::only_a : FileDifference::only_b});
      else if (!cache::is_group(name))
        compare_file(a, b, name, told);
    }
    if (told.files.empty()) {
      ++totals_.same;
      return;
    }
    ++totals_.differing;
    each_(told);
  }

  void compare_file(const Item& a, const Item& b, const std::string& name, DifferingEntry& told) {
    const auto same = same_file(a_.roots[a.root].root, a.key, name, b_.roots[b.root].root, b.key, name);
    if (same && *same) return;
    told.files.push_back({name, same ? FileDifference::content : FileDifference::unreadable});
    if (!same) totals_.unread.push_back(same.error().message);
  }

  Cache& a_;
  Cache& b_;
  const Backends& backends_;
  CacheDiffTotals& totals_;
  const std::function<void(const DifferingEntry&)>& each_;
};

}  // namespace

Result<CacheDiffTotals> diff_caches(const std::string& dir_a, const std::string& dir_b, const Backends& backends,
                                    const std::atomic<bool>& stop,
                                    const std::function<void(const DifferingEntry&)>& each) {
  CacheDiffTotals totals;
  TCM_ASSIGN(Cache a, open_cache(dir_a, totals.unread));
  TCM_ASSIGN(Cache b, open_cache(dir_b, totals.unread));
  totals.a = a.path;
  totals.b = b.path;
  totals.entries_a = a.items.size();
  totals.entries_b = b.items.size();
  TCM_TRY(Comparer(a, b, backends, totals, each).run(stop));
  return totals;
}

}  // namespace tcm::service
