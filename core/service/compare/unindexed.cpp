// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/unindexed.hpp"

#include <filesystem>
#include <utility>

#include "core/cache/read/root.hpp"
#include "core/index/values/columns.hpp"
#include "core/service/scan/prober.hpp"
#include "core/util/system/path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

struct EntryAt {
  std::string root;
  std::string key;
};

EntryAt entry_at(const std::string& path) {
  std::filesystem::path entry = util::canonical_directory(path);
  std::error_code unknown;
  if (std::filesystem::is_regular_file(entry, unknown)) entry = entry.parent_path();
  return {entry.parent_path().string(), entry.filename().string()};
}

/// Every column that an entry tells, from the table of columns.
index::Row row_of(index::RecordColumns columns, const model::Entry& entry, const model::Record& record) {
  const index::RecordSource source{0, entry, record, 0, model::totals_of(record.artifacts)};
  index::Row row;
  for (const index::RecordColumn& column : columns) {
    if (column.internal && std::holds_alternative<std::monostate>(column.member)) continue;
    // A place in Row::others is made for each of them, known or not.
    index::ColumnValue value = column.taken == nullptr ? index::ColumnValue() : column.taken(source);
    if (column.taken != nullptr || std::holds_alternative<std::monostate>(column.member))
      index::put_value(columns, column, std::move(value), row);
  }
  return row;
}

}  // namespace

Result<Shown> read_unindexed(const std::string& path, index::RecordColumns columns, const Backends& backends) {
  const EntryAt place = entry_at(path);
  TCM_ASSIGN(const cache::Root root, cache::Root::open(place.root));
  model::Entry entry = root.read_entry(place.key, backends.naming());
  util::ByteBudget memory(kMaxProbedBytes);
  Prober(root, backends, memory).probe(entry);
  model::Record& record = entry.records.front();
  if (record.problem == model::SkipReason::vanished || record.problem == model::SkipReason::not_an_entry)
    return fail(ErrorCode::missing, util::escape_control(path) + ": not an entry of a cache");
  Shown shown;
  shown.row = row_of(columns, entry, record);
  shown.row.root = place.root;
  shown.arch_for_people = backends.registry().arch_for_people(shown.row.backend, shown.row.arch);
  shown.detail = {std::move(record.facts.metadata), std::move(record.artifacts), std::move(record.resources),
                  std::move(record.problem_detail)};
  return shown;
}

}  // namespace tcm::service
