// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/uses.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "core/index/query/query_builder.hpp"
#include "core/index/sql/bound_statement.hpp"
#include "core/index/sql/transaction.hpp"

namespace tcm::index {
namespace {

// A log that nobody has shown for so long is gone.
constexpr std::int64_t kLogKept = std::int64_t{365} * 24 * 3600 * 1'000'000'000;
// Entries in one statement; bounds its size.
constexpr std::size_t kAtOnce = 1'000;

std::string as_json(const EntryUses& entry) {
  const std::string key = json_text_list({entry.key});
  return fmt::format(R"({{"key":{},"hits":{},"misses":{},"last":{}}})", key.substr(1, key.size() - 2), entry.hits,
                     entry.misses, entry.last_hit_ns ? fmt::to_string(*entry.last_hit_ns) : "null");
}

/// Entries as a table `used`, bound as one value.
std::string used_table(QueryBuilder& query, const Dialect& dialect, const EntryUses* first, std::size_t count) {
  std::vector<std::string> objects;
  objects.reserve(count);
  for (std::size_t i = 0; i < count; ++i) objects.push_back(as_json(first[i]));
  const auto number = [&](const char* name) {
    const std::string path = query.bind_as_is(dialect.json_path({name}));
    return fmt::format("CAST({} AS BIGINT)", dialect.json_number("item.value", path));
  };
  const std::string key = dialect.json_string("item.value", query.bind_as_is(dialect.json_path({"key"})));
  const std::string hits = number("hits");
  const std::string misses = number("misses");
  const std::string last = number("last");
  const std::string list = query.bind_as_is(dialect.text_list({objects.begin(), objects.end()}));
  return fmt::format("(SELECT {} AS key, {} AS hits, {} AS misses, {} AS last_hit_ns FROM ({}) AS item) AS used", key,
                     hits, misses, last, dialect.rows_of_list(list));
}

std::int64_t count_found(Session& session, std::int64_t root_id, const EntryUses* first, std::size_t count) {
  QueryBuilder query(session.dialect());
  const std::string used = used_table(query, session.dialect(), first, count);
  long long found = 0;
  BoundStatement statement(session,
                           fmt::format("SELECT COUNT(*) FROM {} WHERE EXISTS (SELECT 1 FROM record WHERE record.key = "
                                       "used.key AND record.root_id = {})",
                                       used, root_id),
                           query.values());
  statement.into(found).execute();
  statement.fetch();
  return found;
}

void add(Session& session, std::int64_t root_id, const EntryUses* first, std::size_t count) {
  QueryBuilder query(session.dialect());
  const std::string used = used_table(query, session.dialect(), first, count);
  BoundStatement(
      session,
      fmt::format("UPDATE record SET hits = COALESCE(record.hits, 0) + used.hits, "
                  "misses = COALESCE(record.misses, 0) + used.misses, "
                  "last_hit_ns = CASE WHEN COALESCE(used.last_hit_ns, -1) > COALESCE(record.last_hit_ns, -1) "
                  "THEN used.last_hit_ns ELSE record.last_hit_ns END "
                  "FROM {} WHERE record.key = used.key AND record.root_id = {}",
                  used, root_id),
      query.values())
      .run();
}

std::int64_t read_to(Session& session, const std::string& name) {
  QueryBuilder query(session.dialect());
  const std::string bound = query.bind(name);
  long long value = 0;
  BoundStatement statement(session, fmt::format("SELECT read_to FROM hit_log WHERE name = {}", bound), query.values());
  statement.into(value).execute();
  return statement.fetch() ? value : 0;
}

void put_read_to(Session& session, const LogRead& log, std::int64_t now_ns) {
  QueryBuilder query(session.dialect());
  const std::string name = query.bind(log.name);
  BoundStatement(session,
                 fmt::format("INSERT INTO hit_log (name, read_to, seen_ns) VALUES ({}, {}, {}) ON CONFLICT (name) DO "
                             "UPDATE SET read_to = excluded.read_to, seen_ns = excluded.seen_ns",
                             name, log.to, now_ns),
                 query.values())
      .run();
}

void forget_old(Session& session, std::int64_t now_ns) {
  const QueryBuilder query(session.dialect());
  BoundStatement(session, fmt::format("DELETE FROM hit_log WHERE seen_ns < {}", now_ns - kLogKept), query.values())
      .run();
}

}  // namespace

Result<std::optional<std::int64_t>> add_uses(Session& session, const std::vector<RootUses>& uses,
                                             const std::vector<LogRead>& logs, std::int64_t now_ns) {
  return session.guard([&]() -> Result<std::optional<std::int64_t>> {
    WriteTransaction transaction(session);
    for (const LogRead& log : logs)
      if (read_to(session, log.name) != log.from) return std::optional<std::int64_t>();
    std::int64_t found = 0;
    for (const RootUses& root : uses)
      for (std::size_t i = 0; i < root.entries.size(); i += kAtOnce) {
        const std::size_t count = std::min(kAtOnce, root.entries.size() - i);
        found += count_found(session, root.root_id, &root.entries[i], count);
        add(session, root.root_id, &root.entries[i], count);
      }
    for (const LogRead& log : logs) put_read_to(session, log, now_ns);
    forget_old(session, now_ns);
    transaction.commit();
    return std::optional(found);
  });
}

Result<std::vector<std::int64_t>> logs_read_to(Session& session, const std::vector<std::string>& names) {
  return session.guard([&]() -> Result<std::vector<std::int64_t>> {
    std::vector<std::int64_t> result;
    result.reserve(names.size());
    for (const std::string& name : names) result.push_back(read_to(session, name));
    return result;
  });
}

}  // namespace tcm::index
