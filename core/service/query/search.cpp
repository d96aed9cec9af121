// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/search.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/service/query/entry_words.hpp"
#include "core/service/query/fleet.hpp"
#include "core/service/query/where.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

template <class E>
struct Named {
  std::string_view name;
  E value;
};

constexpr std::array<Named<index::GroupKey>, 7> kGroupKeys{{
    {"backend", index::GroupKey::backend},
    {"arch", index::GroupKey::arch},
    {"version", index::GroupKey::version},
    {"name", index::GroupKey::name},
    {"kind", index::GroupKey::kind},
    {"root", index::GroupKey::root},
    {"host", index::GroupKey::host},
}};

/// By any of the words for a column.
std::optional<index::GroupKey> find_group_key(std::string_view word, index::RecordColumns columns) {
  const index::RecordColumn* column = index::find_column(columns, word);
  for (const auto& row : kGroupKeys)
    if (column != nullptr && index::find_column(columns, row.name) == column) return row.value;
  return std::nullopt;
}

template <class E, std::size_t N>
Error unknown_word(const std::array<Named<E>, N>& table, std::string_view option, std::string_view word) {
  std::string names;
  std::vector<std::string_view> candidates;
  for (const auto& row : table) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
    candidates.push_back(row.name);
  }
  std::string message = fmt::format("{}: '{}' is not one of {}", option, util::escape_control(word), names);
  if (const auto meant = util::closest(word, candidates)) message += fmt::format(" (did you mean {}?)", *meant);
  return {ErrorCode::usage, std::move(message)};
}

/// Files that lie in the cache directories but in no entry: outside the roots, and loose in them.
Result<model::OtherFiles> other_files_of(const FilterWords& words, const HostScope& scope, index::Index& index) {
  model::OtherFiles files;
  for (const index::RootRow& row : scope.roots) {
    files.files += row.other_files.files;
    files.bytes += row.other_files.bytes;
  }
  TCM_ASSIGN(const auto cache_dirs, cache_dirs_of(words, scope, index));
  for (const index::CacheDirRow& row : cache_dirs) {
    files.files += row.other_files.files;
    files.bytes += row.other_files.bytes;
  }
  return files;
}

index::Sums sum_of(const std::vector<index::Group>& groups) {
  index::Sums total;
  for (const index::Group& group : groups) {
    total.records += group.sums.records;
    total.kernels += group.sums.kernels;
    total.entries += group.sums.entries;
    total.files += group.sums.files;
    total.bytes += group.sums.bytes;
  }
  return total;
}

/// The records that `criteria` finds: one, or up to kMaxCandidates of them and their number.
Result<ShowResult> candidates(const index::Criteria& criteria, index::Index& index) {
  ShowResult result;
  TCM_TRY(index.list(criteria, {}, kMaxCandidates, [&](const index::Row& row) { result.candidates.push_back(row); }));
  result.matches = static_cast<std::int64_t>(result.candidates.size());
  if (result.matches == kMaxCandidates) {
    TCM_ASSIGN(result.matches, index.count(criteria));
  }
  return result;
}

/// The kernels that spill most. Copies and variants of one name for one architecture count once, as the one that spills
/// most: a list of equal rows says nothing.
Result<std::vector<index::Row>> largest_spills(index::Criteria criteria, std::size_t number, index::Index& index) {
  criteria.spilling = true;
  std::vector<index::Row> kernels;
  // A cache of many copies needs a longer look; more than the last of these would say nothing new for its time.
  for (const std::int64_t limit : {64, 1024, 16384}) {
    kernels.clear();
    std::set<std::tuple<std::string, std::string, std::string>> seen;
    std::int64_t rows = 0;
    TCM_TRY(index.list(criteria, {index::column_field("spill_bytes")}, limit, [&](const index::Row& row) {
      ++rows;
      if (kernels.size() < number && seen.emplace(row.name, row.backend, row.arch).second) kernels.push_back(row);
    }));
    if (kernels.size() == number || rows < limit) break;
  }
  return kernels;
}

/// All that is known of the records that were found to be meant, in place of their rows.
Result<void> complete(ShowResult& result, index::Index& index, const Backends& backends) {
  for (index::Row& row : result.candidates) {
    Shown shown;
    shown.row = std::move(row);
    TCM_ASSIGN(shown.detail, index.detail(shown.row.id));
    shown.arch_for_people = backends.registry().arch_for_people(shown.row.backend, shown.row.arch);
    if (result.shown)
      result.also.push_back(std::move(shown));
    else
      result.shown = std::move(shown);
  }
  result.candidates.clear();
  return {};
}

/// The records of one key; those of `within` alone.
Result<ShowResult> records_of_key(const std::string& key, const index::Criteria& within, index::Index& index,
                                  const Backends& backends) {
  index::Criteria criteria = within;
  criteria.key_prefix = key;
  ShowResult result;
  TCM_TRY(index.list(criteria, {index::column_field("key"), true}, std::nullopt, [&](const index::Row& row) {
    if (row.key == key && result.matches++ < kMaxCandidates) result.candidates.push_back(row);
  }));
  TCM_TRY(complete(result, index, backends));
  return result;
}

/// The entry of a path; nothing when it lies in no root of this host.
Result<ShowResult> find_by_path(const std::string& word, const index::Criteria& within, index::Index& index,
                                const Backends& backends) {
  TCM_ASSIGN(const auto own, index.roots());
  const auto place = find_entry_path(word, own);
  if (!place) return ShowResult();
  index::Criteria criteria = within;
  criteria.root_ids = {place->root.id};
  criteria.without_root_ids.clear();
  return records_of_key(place->key, criteria, index, backends);
}

/// Records of the one key that begins so; candidates when several do.
Result<ShowResult> find_by_key(const std::string& word, const index::Criteria& within, index::Index& index,
                               const Backends& backends) {
  TCM_ASSIGN(const auto span, keys_that_begin(word, within, index));
  if (!span) return ShowResult();
  if (const auto key = span->meant_by(word)) return records_of_key(*key, within, index, backends);
  index::Criteria criteria = within;
  criteria.key_prefix = word;
  return candidates(criteria, index);
}

}  // namespace

Result<index::Order> parse_order(const std::string& text, index::RecordColumns columns) {
  index::Order order;
  if (text.empty()) return order;
  const auto colon = text.find(':');
  const std::string direction = colon == std::string::npos ? std::string() : text.substr(colon + 1);
  if (colon != std::string::npos && direction != "asc" && direction != "desc")
    return fail(ErrorCode::usage,
                fmt::format("--sort: '{}' does not end in :asc or :desc", util::escape_control(text)));
  auto field = parse_field(text.substr(0, colon), columns);
  if (!field) return fail(ErrorCode::usage, "--sort: " + field.error().message);
  order.by = std::move(*field);
  const index::RecordColumn* column = order.by.column;
  const bool textual = column != nullptr && index::is_text(*column) && column->type != index::ColumnType::version;
  order.ascending = direction.empty() ? textual : direction == "asc";
  if (column != nullptr && column->type == index::ColumnType::age) order.ascending = !order.ascending;
  return order;
}

Result<ListTotals> list_records(const ListRequest& request, index::Index& index, const Backends& backends,
                                std::int64_t now_ns, const std::function<void(const index::Row&)>& each) {
  TCM_ASSIGN(index::Criteria criteria, parse_filters(request.filters, backends, now_ns, index.columns()));
  if (criteria.kinds.empty()) criteria.kinds = {model::EntryKind::kernel};
  TCM_ASSIGN(const index::Order order, parse_order(request.sort, index.columns()));
  TCM_TRY(check_fields(criteria, index));
  TCM_TRY(check_field(order.by, "--sort", index));
  std::vector<index::Field> fields;
  for (const std::string& word : request.fields) {
    auto field = parse_field(word, index.columns());
    if (!field) return fail(ErrorCode::usage, "--columns: " + field.error().message);
    TCM_TRY(check_field(*field, "--columns", index));
    fields.push_back(std::move(*field));
  }
  if (request.limit && *request.limit < 0) return fail(ErrorCode::usage, "--limit: must not be negative");
  TCM_ASSIGN(const ScopeSums indexed, ask_hosts_for_sums(request.filters, index, criteria));

  ListTotals totals;
  totals.indexed_kernels = indexed.kernels;
  totals.indexed_bytes = indexed.bytes;
  totals.absent = indexed.absent;
  TCM_TRY(index.list(
      criteria, order, request.limit,
      [&](const index::Row& row) {
        ++totals.listed;
        totals.listed_bytes += row.bytes.total();
        each(row);
      },
      fields));
  totals.matched = totals.listed;
  // Only a list that its limit cut off leaves anything to be counted.
  if (request.limit && totals.listed == *request.limit) {
    const std::int64_t most = std::max(kCountedMatches, totals.listed) + 1;
    TCM_ASSIGN(totals.matched,
               index.count(criteria, request.exact_total ? std::nullopt : std::optional<std::int64_t>(most)));
    if (!request.exact_total && totals.matched == most) {
      totals.counted_all = false;
      --totals.matched;
    }
  }
  return totals;
}

namespace {

Result<NeverHit> never_hit_of(const index::Criteria& criteria, index::Index& index) {
  const auto sum = [&](const std::string& where) -> Result<index::Sums> {
    index::Criteria of = criteria;
    TCM_ASSIGN(index::Condition condition, parse_where(where, 0, index.columns()));
    of.where.push_back(std::move(condition));
    of.kinds = {model::EntryKind::kernel};
    return index.sum(of);
  };
  const auto& kinds = criteria.kinds;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), model::EntryKind::kernel) == kinds.end())
    return NeverHit();
  TCM_ASSIGN(const index::Sums counted, sum("hits >= 0"));
  if (counted.kernels == 0) return NeverHit();
  TCM_ASSIGN(const index::Sums never, sum("hits = 0"));
  return NeverHit{counted.kernels, never.kernels, never.bytes.total()};
}

}  // namespace

Result<Stats> stats(const StatsRequest& request, index::Index& index, const Backends& backends, std::int64_t now_ns) {
  TCM_ASSIGN(index::Criteria criteria, parse_filters(request.filters, backends, now_ns, index.columns()));
  if (request.top < 0) return fail(ErrorCode::usage, "--top: must not be negative");
  std::vector<index::GroupKey> keys;
  Stats result;
  for (const std::string& words : request.by)
    for (const std::string_view word : util::split(words, ',')) {
      const auto key = find_group_key(util::trim(word), index.columns());
      if (!key) return fail(unknown_word(kGroupKeys, "--by", word));
      keys.push_back(*key);
      result.by.emplace_back(util::trim(word));
    }
  if (keys.empty()) {
    keys = {index::GroupKey::kind};
    result.by = {"kind"};
  }
  TCM_TRY(check_fields(criteria, index));
  TCM_ASSIGN(HostScope scope, ask_hosts(request.filters, index, criteria));
  TCM_ASSIGN(result.groups, index.group(criteria, keys));
  result.total = sum_of(result.groups);
  if (request.top > 0)
    TCM_TRY(index.list(criteria, {index::column_field("size")}, request.top,
                       [&](const index::Row& row) { result.top.push_back(row); }));
  if (request.spilling > 0) {
    TCM_ASSIGN(result.spilling, largest_spills(criteria, static_cast<std::size_t>(request.spilling), index));
  }
  index::Criteria elsewhere = criteria;
  elsewhere.elsewhere = true;
  TCM_ASSIGN(result.elsewhere, index.count(elsewhere));
  TCM_ASSIGN(result.never_hit, never_hit_of(criteria, index));
  TCM_ASSIGN(result.other_files, other_files_of(request.filters, scope, index));
  result.roots = std::move(scope.roots);
  result.absent = std::move(scope.absent);
  return result;
}

Result<ShowResult> show(const std::string& word, const FilterWords& filters, index::Index& index,
                        const Backends& backends, std::int64_t now_ns) {
  TCM_ASSIGN(index::Criteria criteria, parse_filters(filters, backends, now_ns, index.columns()));
  TCM_TRY(check_fields(criteria, index));
  TCM_TRY(ask_hosts_for_sums(filters, index, criteria));
  TCM_ASSIGN(ShowResult result, is_entry_path(word) ? find_by_path(word, criteria, index, backends)
                                                    : find_by_key(word, criteria, index, backends));
  if (result.matches == 0) {
    criteria.names.push_back({word, false});
    TCM_ASSIGN(result, candidates(criteria, index));
    result.by_name = true;
    if (result.matches == 1) TCM_TRY(complete(result, index, backends));
  }
  if (result.matches == 0 && is_entry_path(word)) return fail(unknown_entry_path(word));
  if (result.matches == 0)
    return fail(ErrorCode::missing,
                fmt::format("no key starts with '{0}' and no kernel is named '{0}'; `tcm list` shows "
                            "what is indexed, `tcm index` brings the index up to date",
                            util::escape_control(word)));
  return result;
}

}  // namespace tcm::service
