// SPDX-License-Identifier: Apache-2.0
// Sums over records. An entry that holds several kernels counts as one entry, where its first record counts: so that
// the entries of all groups add up to the entries there are.
#include "core/index/query/group.hpp"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

#include "core/index/sql/bound_statement.hpp"

namespace tcm::index {
namespace {

constexpr std::string_view kSums =
    "COUNT(*), COALESCE(SUM(CASE WHEN record.kind = 'kernel' THEN 1 ELSE 0 END), 0), "
    "COALESCE(SUM(CASE WHEN record.ordinal = 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(record.file_count), 0), "
    "COALESCE(SUM(record.ir_bytes), 0), COALESCE(SUM(record.assembly_bytes), 0), "
    "COALESCE(SUM(record.binary_bytes), 0), COALESCE(SUM(record.source_bytes), 0), "
    "COALESCE(SUM(record.module_bytes), 0), COALESCE(SUM(record.metadata_bytes), 0), "
    "COALESCE(SUM(record.other_bytes), 0)";

std::string_view column_of(GroupKey key) {
  switch (key) {
    case GroupKey::backend: return "record.backend";
    case GroupKey::arch: return "record.arch";
    case GroupKey::version: return "record.triton_version";
    case GroupKey::name: return "record.name";
    case GroupKey::kind: return "record.kind";
    case GroupKey::root: return "root.path";
    case GroupKey::host: return "host.name";
  }
  return "record.backend";
}

// An expression rather than the column, so that no index can offer to bring the rows in the order of its groups: it
// would fetch each row by itself, which takes three times as long as reading all of them and sorting.
std::string expression_of(GroupKey key) { return fmt::format("({} || '')", column_of(key)); }

// Where the columns of kSums arrive.
class SumsReader {
 public:
  void bind(BoundStatement& statement) {
    statement.into(sums_.records).into(sums_.kernels).into(sums_.entries).into(sums_.files);
    for (long long& bytes : bytes_) statement.into(bytes);
  }

  Sums read() const {
    Sums sums = sums_;
    const auto bytes = [this](std::size_t i) { return static_cast<std::uint64_t>(std::max(bytes_[i], 0LL)); };
    sums.bytes = {bytes(0), bytes(1), bytes(2), bytes(3), bytes(4), bytes(5), bytes(6)};
    return sums;
  }

 private:
  Sums sums_;
  long long bytes_[7] = {};
};

}  // namespace

std::string group_query(QueryBuilder& query, const Criteria& criteria, const std::vector<GroupKey>& by) {
  std::vector<std::string> columns;
  for (const GroupKey key : by) columns.push_back(expression_of(key));
  query.add(criteria);
  const auto by_any = [&](std::initializer_list<GroupKey> keys) {
    return std::find_first_of(by.begin(), by.end(), keys.begin(), keys.end()) != by.end();
  };
  const bool with_host = by_any({GroupKey::host});
  const bool with_root = by_any({GroupKey::root, GroupKey::host});
  if (with_root) query.add("root.id = record.root_id");
  if (with_host) query.add("host.id = root.host_id");
  const std::string list = fmt::format("{}", fmt::join(columns, ", "));
  std::string text = "SELECT ";
  if (!by.empty()) text += list + ", ";
  text += kSums;
  text += " FROM record";
  if (with_root) text += " CROSS JOIN root";
  if (with_host) text += " CROSS JOIN host";
  text += query.where();
  if (!by.empty()) text += fmt::format(" GROUP BY {} ORDER BY SUM(record.total_bytes) DESC, {}", list, list);
  return text;
}

Result<Sums> sum_records(Session& session, const Criteria& criteria) {
  return session.guard([&]() -> Result<Sums> {
    QueryBuilder query(session.dialect(), session.host_id());
    const std::string text = group_query(query, criteria, {});
    BoundStatement statement(session, text, query.values());
    SumsReader reader;
    reader.bind(statement);
    statement.execute();
    statement.fetch();
    return reader.read();
  });
}

Result<std::vector<Group>> group_records(Session& session, const Criteria& criteria, const std::vector<GroupKey>& by) {
  return session.guard([&]() -> Result<std::vector<Group>> {
    std::vector<Group> groups;
    if (by.empty()) {
      TCM_ASSIGN(const Sums sums, sum_records(session, criteria));
      groups.push_back({{}, sums});
      return groups;
    }
    QueryBuilder query(session.dialect(), session.host_id());
    const std::string text = group_query(query, criteria, by);
    BoundStatement statement(session, text, query.values());
    std::vector<std::string> values(by.size());
    for (std::string& value : values) statement.into(value);
    SumsReader reader;
    reader.bind(statement);
    statement.execute();
    while (statement.fetch()) groups.push_back({values, reader.read()});
    return groups;
  });
}

}  // namespace tcm::index
