// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/sides.hpp"

#include <fmt/format.h>

#include "core/service/compare/unindexed.hpp"
#include "core/service/query/entry_words.hpp"
#include "core/service/query/fleet.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

Result<Side> side_of(Shown shown, index::Index& index) {
  TCM_ASSIGN(const EntryNames names, EntryNames::read(index));
  Side side;
  side.root = names.own_root_of(shown.row).value_or("");
  side.shown = std::move(shown);
  return side;
}

/// A path leads to one root; a key may be in several.
Result<void> check_one_root(const ShowResult& found) {
  for (const Shown& other : found.also)
    if (other.row.root != found.shown->row.root || other.row.host != found.shown->row.host)
      return fail(ErrorCode::usage,
                  fmt::format("'{}' lies in several roots; give the path of one, such as {}",
                              util::escape_control(found.shown->row.key),
                              util::escape_control(entry_path(found.shown->row.root, found.shown->row.key))));
  return {};
}

}  // namespace

std::string Side::name() const { return root.empty() ? shown.row.key : entry_path(root, shown.row.key); }

Result<FoundSide> find_side(const std::string& word, const FilterWords& filters, index::Index& index,
                            const Backends& backends, std::int64_t now_ns) {
  auto found = show(word, filters, index, backends, now_ns);
  FoundSide result;
  if (!found && found.error().code == ErrorCode::missing && is_entry_path(word)) {
    Side side;
    TCM_ASSIGN(side.shown, read_unindexed(word, index.columns(), backends));
    side.root = side.shown.row.root;
    side.indexed = false;
    result.side = std::move(side);
    return result;
  }
  if (!found) return fail(std::move(found).error());
  if (!found->shown) {
    result.ambiguous = std::move(*found);
    return result;
  }
  TCM_TRY(check_one_root(*found));
  TCM_ASSIGN(result.side, side_of(std::move(*found->shown), index));
  return result;
}

Result<std::pair<Side, Side>> newest_two(const FilterWords& filters, index::Index& index, const Backends& backends,
                                         std::int64_t now_ns) {
  TCM_ASSIGN(index::Criteria criteria, parse_filters(filters, backends, now_ns, index.columns()));
  if (criteria.kinds.empty()) criteria.kinds = {model::EntryKind::kernel};
  TCM_TRY(check_fields(criteria, index));
  TCM_TRY(ask_hosts_for_sums(filters, index, criteria));
  std::vector<index::Row> newest;
  // Copies of one entry in several roots may come before another one.
  for (const std::int64_t limit : {2, 64, 4096}) {
    newest.clear();
    TCM_TRY(index.list(criteria, {}, limit, [&](const index::Row& row) {
      if (newest.empty() || (newest.size() == 1 && newest.front().key != row.key)) newest.push_back(row);
    }));
    if (newest.size() == 2) break;
  }
  if (newest.size() < 2)
    return fail(ErrorCode::missing, newest.empty() ? "nothing matches the filters"
                                                   : "only one entry matches the filters; a diff needs two");
  std::pair<Side, Side> sides;
  for (Side* side : {&sides.second, &sides.first}) {
    Shown shown;
    shown.row = std::move(side == &sides.second ? newest[0] : newest[1]);
    TCM_ASSIGN(shown.detail, index.detail(shown.row.id));
    shown.arch_for_people = backends.registry().arch_for_people(shown.row.backend, shown.row.arch);
    TCM_ASSIGN(*side, side_of(std::move(shown), index));
  }
  return sides;
}

}  // namespace tcm::service
