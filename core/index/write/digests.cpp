// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/digests.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/index/query/digests.hpp"
#include "core/index/query/query_builder.hpp"
#include "core/index/rows/digest_text.hpp"
#include "core/index/sql/bound_statement.hpp"
#include "core/index/sql/cells.hpp"
#include "core/index/sql/transaction.hpp"

namespace tcm::index {
namespace {

model::EntryDigests merged(const model::EntryDigests& known, const model::EntryDigests& computed) {
  model::EntryDigests all = computed;
  for (model::FileDigest& file : all.files) {
    const model::FileDigest* const then = known.find(file.file);
    if (then != nullptr && is_recorded_file(known, *then, file, computed.entry_ctime_ns)) file.sha256 = then->sha256;
  }
  return all;
}

void forget(Session& session, std::int64_t root_id, const std::vector<std::string_view>& keys) {
  QueryBuilder query(session.dialect());
  const std::string list = session.dialect().rows_of_list(query.bind_as_is(session.dialect().text_list(keys)));
  BoundStatement(session, fmt::format("DELETE FROM digest WHERE root_id = {} AND key IN ({})", root_id, list),
                 query.values())
      .run();
}

}  // namespace

void forget_digests(Session& session, const Batch& batch) {
  std::string ids;
  for (const auto& change : batch.changes)
    if (const auto* removal = std::get_if<EntryRemoval>(&change))
      ids += fmt::format("{}{}", ids.empty() ? "" : ", ", removal->id);
  if (ids.empty()) return;
  const QueryBuilder query(session.dialect());
  BoundStatement(session,
                 fmt::format("DELETE FROM digest WHERE root_id = {} AND key IN "
                             "(SELECT one.key FROM record AS one WHERE one.id IN ({}))",
                             batch.root_id, ids),
                 query.values())
      .run();
}

void write_digests(Session& session, const Batch& batch) {
  std::map<std::string_view, const model::EntryDigests*> computed;
  for (const auto& change : batch.changes)
    if (const auto* put = std::get_if<EntryPut>(&change); put != nullptr && put->digests)
      computed.insert_or_assign(put->key, &*put->digests);
  if (computed.empty()) return;
  std::vector<std::string_view> keys;
  keys.reserve(computed.size());
  for (const auto& [key, digests] : computed) keys.push_back(key);
  std::map<std::string, model::EntryDigests, std::less<>> known;
  read_digests(session, batch.root_id, keys, [&known](const std::string& key, model::EntryDigests&& digests) {
    known.insert_or_assign(key, std::move(digests));
  });
  forget(session, batch.root_id, keys);
  std::vector<Cells> rows;
  rows.reserve(computed.size());
  for (const auto& [key, digests] : computed) {
    const auto before = known.find(key);
    const model::EntryDigests all = before == known.end() ? *digests : merged(before->second, *digests);
    rows.push_back({static_cast<long long>(batch.root_id), std::string(key), static_cast<long long>(all.entry_ctime_ns),
                    pack_digests(all.files)});
  }
  const Table table{"digest", {{"root_id"}, {"key", true}, {"entry_ctime_ns"}, {"files", true}}};
  session.dialect().insert(session.sql(), table, rows);
}

Result<std::int64_t> mark_undigested(Session& session, std::int64_t root_id) {
  return session.guard([&]() -> Result<std::int64_t> {
    WriteTransaction transaction(session);
    // The scan looks at the first record of an entry only, whichever of them is concerned.
    soci::statement update =
        (session.sql().prepare
             << "UPDATE record SET settled = 0 WHERE root_id = :id AND ordinal = 0 AND key IN "
                "(SELECT one.key FROM record AS one WHERE one.root_id = :id AND "
                "((one.kind = 'kernel' AND one.binary_bytes > 0) OR (one.kind = 'module' AND one.module_bytes > 0)) "
                "AND NOT EXISTS (SELECT 1 FROM digest WHERE digest.root_id = one.root_id AND digest.key = one.key AND "
                "digest.entry_ctime_ns = one.ctime_ns))",
         soci::use(root_id, "id"));
    update.execute(true);
    const std::int64_t marked = update.get_affected_rows();
    transaction.commit();
    return marked;
  });
}

}  // namespace tcm::index
