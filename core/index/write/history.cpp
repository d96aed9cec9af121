// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/history.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/index/query/query_builder.hpp"
#include "core/index/sql/bound_statement.hpp"
#include "core/index/sql/transaction.hpp"

namespace tcm::index {
namespace {

std::string number_or_null(const std::optional<std::int64_t>& number) {
  return number ? fmt::to_string(*number) : "null";
}

/// One entry's history as a JSON object.
std::string as_json(const EntryHistory& entry) {
  const std::string key = json_text_list({entry.key});
  return fmt::format(R"({{"key":{},"hits":{},"last":{},"first":{}}})", key.substr(1, key.size() - 2),
                     number_or_null(entry.hits), number_or_null(entry.last_hit_ns),
                     number_or_null(entry.first_seen_ns));
}

/// The histories as a table `counted`, bound as one value.
std::string counted_table(QueryBuilder& query, const Dialect& dialect, const std::vector<EntryHistory>& history) {
  std::vector<std::string> objects;
  objects.reserve(history.size());
  for (const EntryHistory& entry : history) objects.push_back(as_json(entry));
  const auto number = [&](const char* name) {
    const std::string path = query.bind_as_is(dialect.json_path({name}));
    return fmt::format("CAST({} AS BIGINT)", dialect.json_number("item.value", path));
  };
  const std::string key = dialect.json_string("item.value", query.bind_as_is(dialect.json_path({"key"})));
  const std::string hits = number("hits");
  const std::string last = number("last");
  const std::string first = number("first");
  const std::string list = query.bind_as_is(dialect.text_list({objects.begin(), objects.end()}));
  return fmt::format(
      "(SELECT {} AS key, {} AS hits, {} AS last_hit_ns, {} AS first_seen_ns FROM ({}) AS item) AS counted", key, hits,
      last, first, dialect.rows_of_list(list));
}

std::string larger_of(std::string_view column) {
  return fmt::format(
      "{0} = CASE WHEN COALESCE(counted.{0}, -1) > COALESCE(record.{0}, -1) THEN counted.{0} ELSE record.{0} END",
      column);
}

}  // namespace

Result<std::int64_t> merge_history(Session& session, const std::vector<std::int64_t>& root_ids,
                                   const std::vector<EntryHistory>& history) {
  if (root_ids.empty() || history.empty()) return 0;
  const std::string roots = fmt::format("record.root_id IN ({})", fmt::join(root_ids, ", "));
  return session.guard([&]() -> Result<std::int64_t> {
    WriteTransaction transaction(session);
    long long found = 0;
    {
      QueryBuilder query(session.dialect());
      const std::string counted = counted_table(query, session.dialect(), history);
      BoundStatement count(session,
                           fmt::format("SELECT COUNT(*) FROM {} WHERE EXISTS (SELECT 1 FROM record WHERE "
                                       "record.key = counted.key AND {})",
                                       counted, roots),
                           query.values());
      count.into(found).execute();
      count.fetch();
    }
    QueryBuilder query(session.dialect());
    const std::string counted = counted_table(query, session.dialect(), history);
    BoundStatement(session,
                   fmt::format("UPDATE record SET {}, {}, first_seen_ns = CASE WHEN counted.first_seen_ns < "
                               "record.first_seen_ns THEN counted.first_seen_ns ELSE record.first_seen_ns END "
                               "FROM {} WHERE record.key = counted.key AND {}",
                               larger_of("hits"), larger_of("last_hit_ns"), counted, roots),
                   query.values())
        .run();
    transaction.commit();
    return found;
  });
}

}  // namespace tcm::index
