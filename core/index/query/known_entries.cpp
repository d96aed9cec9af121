// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/known_entries.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "core/index/query/query_builder.hpp"
#include "core/index/sql/bound_statement.hpp"

namespace tcm::index {
namespace {

// Hashes are unsigned and columns are not. A negative column holds the hash minus 2^64, whose remainder is added back.
std::string in_shard(QueryBuilder& query, std::uint64_t shards, std::uint64_t shard) {
  const auto count = static_cast<std::int64_t>(shards);
  const auto wrap = static_cast<std::int64_t>((std::numeric_limits<std::uint64_t>::max() % shards + 1) % shards);
  const std::string by = query.bind(count);
  return "(CASE WHEN key_hash >= 0 THEN key_hash % " + by + " ELSE (key_hash % " + by + " + " + by + " + " +
         query.bind(wrap) + ") % " + by + " END) = " + query.bind(static_cast<std::int64_t>(shard));
}

}  // namespace

Result<void> read_known_entries(Session& session, std::int64_t root_id, std::uint64_t shards, std::uint64_t shard,
                                const std::function<void(const KnownEntry&)>& each) {
  // So few that a sum of three remainders fits.
  constexpr std::uint64_t kMostShards = std::uint64_t{1} << 32;
  if (shards == 0 || shards > kMostShards || shard >= shards)
    return fail(ErrorCode::usage, "there is no such shard of the known entries");
  return session.guard([&]() -> Result<void> {
    QueryBuilder query(session.dialect(), session.host_id());
    query.add("root_id = " + query.bind(root_id));
    query.add("ordinal = 0");
    if (shards > 1) query.add(in_shard(query, shards, shard));
    const std::string text = "SELECT id, inode, mtime_ns, ctime_ns, key_hash, settled FROM record" + query.where();
    BoundStatement statement(session, text, query.values(), Rows::many);
    long long id = 0;
    long long inode = 0;
    long long mtime = 0;
    long long ctime = 0;
    long long hash = 0;
    long long settled = 0;
    statement.into(id).into(inode).into(mtime).into(ctime).into(hash).into(settled).execute();
    while (statement.fetch())
      each({id, static_cast<std::uint64_t>(hash), {static_cast<std::uint64_t>(inode), mtime, ctime, settled != 0}});
    return {};
  });
}

Result<void> read_keys(Session& session, const std::vector<std::int64_t>& record_ids,
                       const std::function<void(std::int64_t id, const std::string& key)>& each) {
  // So many numbers a statement may hold in its text, in every database.
  constexpr std::size_t kAtOnce = 500;
  return session.guard([&]() -> Result<void> {
    const QueryBuilder query(session.dialect());
    for (std::size_t begin = 0; begin < record_ids.size(); begin += kAtOnce) {
      const auto first = record_ids.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = record_ids.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kAtOnce, record_ids.size()));
      BoundStatement statement(session,
                               fmt::format("SELECT id, key FROM record WHERE id IN ({})", fmt::join(first, last, ", ")),
                               query.values());
      long long id = 0;
      std::string key;
      statement.into(id).into(key).execute();
      while (statement.fetch()) each(id, key);
    }
    return {};
  });
}

}  // namespace tcm::index
