// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/past.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/index/query/query_builder.hpp"
#include "core/index/sql/bound_statement.hpp"

namespace tcm::index {
namespace {

// Longer than anybody waits for a file system or keeps a trash; short enough that a cache that turns over every day
// does not make the index grow.
constexpr std::int64_t kPastKept = std::int64_t{90} * 24 * 3600 * 1'000'000'000;

/// The keys of the entries that are put.
std::vector<std::string_view> keys_put(const Batch& batch) {
  std::vector<std::string_view> keys;
  for (const auto& change : batch.changes)
    if (const auto* put = std::get_if<EntryPut>(&change)) keys.emplace_back(put->key);
  return keys;
}

std::string in_list(QueryBuilder& query, const Dialect& dialect, const std::vector<std::string_view>& keys) {
  return fmt::format("IN ({})", dialect.rows_of_list(query.bind_as_is(dialect.text_list(keys))));
}

std::string ids_removed(const Batch& batch) {
  std::string ids;
  for (const auto& change : batch.changes)
    if (const auto* removal = std::get_if<EntryRemoval>(&change))
      ids += fmt::format("{}{}", ids.empty() ? "" : ", ", removal->id);
  return ids;
}

void remember(Session& session, const Batch& batch, QueryBuilder& query, const std::string& keys) {
  const std::string root = session.dialect().without_index("record.root_id");
  BoundStatement(session,
                 fmt::format("INSERT INTO past (root_id, key, name, hits, misses, last_hit_ns, first_seen_ns, "
                             "left_ns) SELECT record.root_id, record.key, record.name, MAX(record.hits), "
                             "MAX(record.misses), MAX(record.last_hit_ns), MIN(record.first_seen_ns), {} FROM record "
                             "WHERE {} = {} AND record.key {} GROUP BY record.root_id, record.key, record.name "
                             "ON CONFLICT (root_id, key, name) DO UPDATE SET hits = excluded.hits, "
                             "misses = excluded.misses, "
                             "last_hit_ns = excluded.last_hit_ns, first_seen_ns = excluded.first_seen_ns, "
                             "left_ns = excluded.left_ns",
                             batch.now_ns, root, batch.root_id, keys),
                 query.values())
      .run();
}

bool has_past(Session& session, const Batch& batch, const std::vector<std::string_view>& keys) {
  QueryBuilder query(session.dialect());
  long long count = 0;
  BoundStatement statement(session,
                           fmt::format("SELECT COUNT(*) FROM past WHERE root_id = {} AND key {}", batch.root_id,
                                       in_list(query, session.dialect(), keys)),
                           query.values());
  statement.into(count).execute();
  return statement.fetch() && count > 0;
}

}  // namespace

void remember_past(Session& session, const Batch& batch) {
  if (const auto keys = keys_put(batch); !keys.empty()) {
    QueryBuilder query(session.dialect());
    remember(session, batch, query, in_list(query, session.dialect(), keys));
  }
  if (const std::string ids = ids_removed(batch); !ids.empty()) {
    QueryBuilder query(session.dialect());
    remember(session, batch, query, fmt::format("IN (SELECT one.key FROM record AS one WHERE one.id IN ({}))", ids));
  }
}

void recall_past(Session& session, const Batch& batch) {
  const auto keys = keys_put(batch);
  if (keys.empty() || !has_past(session, batch, keys)) return;
  const auto value = [](std::string_view column) {
    return fmt::format(
        "(SELECT past.{} FROM past WHERE past.root_id = record.root_id AND past.key = record.key AND past.name = "
        "record.name)",
        column);
  };
  {
    QueryBuilder query(session.dialect());
    const std::string list = in_list(query, session.dialect(), keys);
    BoundStatement(
        session,
        fmt::format("UPDATE record SET hits = {}, misses = {}, last_hit_ns = {}, first_seen_ns = COALESCE({}, {}) "
                    "WHERE {} = {} AND key {} AND EXISTS (SELECT 1 FROM past WHERE past.root_id = "
                    "record.root_id AND past.key = record.key)",
                    value("hits"), value("misses"), value("last_hit_ns"), value("first_seen_ns"), batch.now_ns,
                    session.dialect().without_index("record.root_id"), batch.root_id, list),
        query.values())
        .run();
  }
  QueryBuilder query(session.dialect());
  BoundStatement(session,
                 fmt::format("DELETE FROM past WHERE root_id = {} AND key {} AND EXISTS (SELECT 1 FROM record WHERE "
                             "record.root_id = past.root_id AND record.key = past.key AND record.name = past.name)",
                             batch.root_id, in_list(query, session.dialect(), keys)),
                 query.values())
      .run();
}

void forget_past(Session& session, std::int64_t root_id, std::int64_t now_ns) {
  const QueryBuilder query(session.dialect());
  BoundStatement(session,
                 fmt::format("DELETE FROM past WHERE root_id = {} AND left_ns < {}", root_id, now_ns - kPastKept),
                 query.values())
      .run();
}

}  // namespace tcm::index
