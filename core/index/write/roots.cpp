// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/roots.hpp"

#include <optional>
#include <string>
#include <utility>

#include <soci/soci.h>

#include "core/index/query/query_builder.hpp"
#include "core/index/query/roots.hpp"
#include "core/index/sql/bound_statement.hpp"
#include "core/index/sql/transaction.hpp"
#include "core/util/text/time.hpp"

namespace tcm::index {

namespace {

// Text as bound to a column of one of model's vocabularies.
std::string word(model::Layout layout) { return std::string(model::to_string(layout)); }

void insert_or_update_root(Session& session, const model::RootLocation& location, const model::DirectoryPlace& place) {
  const std::string layout = word(location.layout);
  const std::string path = session.dialect().stored(location.path);
  const std::string cache_dir = session.dialect().stored(location.cache_dir);
  const std::string identity = session.dialect().stored(identity_of_path(session, location.path));
  const std::string file_system = session.dialect().stored(place.file_system);
  const std::int64_t now = util::now_ns();
  const long long host = session.host_id();
  const auto inode = static_cast<long long>(place.inode);
  WriteTransaction transaction(session, 1);
  const long long id = transaction.first_id();
  session.sql()
      << "INSERT INTO root (id, identity, host_id, path, cache_dir, layout, file_system, inode, first_seen_ns) "
         "VALUES (:id, :identity, :host, :path, :cache_dir, :layout, :file_system, :inode, :now) "
         "ON CONFLICT (identity) DO UPDATE SET cache_dir = excluded.cache_dir, layout = excluded.layout, "
         "file_system = excluded.file_system, inode = excluded.inode, absent_ns = 0",
      soci::use(id), soci::use(identity), soci::use(host), soci::use(path), soci::use(cache_dir), soci::use(layout),
      soci::use(file_system), soci::use(inode), soci::use(now);
  transaction.commit();
}

bool same_location(const model::RootLocation& a, const model::RootLocation& b) {
  return a.path == b.path && a.cache_dir == b.cache_dir && a.layout == b.layout;
}

}  // namespace

Result<RootRow> ensure_root(Session& session, OwnHost& host, const model::RootLocation& location,
                            const model::DirectoryPlace& place) {
  return session.guard([&]() -> Result<RootRow> {
    host.ensure_row(session);
    // Most often it is there already, and then nothing is written.
    TCM_ASSIGN(std::optional<RootRow> known, find_root(session, location.path));
    if (known && same_location(known->location, location) && known->place == place && known->absent_ns == 0)
      return std::move(*known);
    insert_or_update_root(session, location, place);
    TCM_ASSIGN(known, find_root(session, location.path));
    if (!known) return fail(ErrorCode::failed, session.where() + ": the root left the index meanwhile");
    return std::move(*known);
  });
}

Result<void> put_cache_dir(Session& session, OwnHost& host, const CacheDirRow& row) {
  return session.guard([&]() -> Result<void> {
    const std::string layout = word(row.layout);
    host.ensure_row(session);
    const std::string path = session.dialect().stored(row.path);
    const std::string identity = session.dialect().stored(identity_of_path(session, row.path));
    const long long host_id = session.host_id();
    const auto files = static_cast<long long>(row.other_files.files);
    const auto bytes = static_cast<long long>(row.other_files.bytes);
    WriteTransaction transaction(session);
    session.sql() << "INSERT INTO cache_dir (identity, host_id, path, layout, beside_files, beside_bytes) VALUES "
                     "(:identity, :host, :path, :layout, :files, :bytes) ON CONFLICT (identity) DO UPDATE SET "
                     "layout = excluded.layout, beside_files = excluded.beside_files, "
                     "beside_bytes = excluded.beside_bytes",
        soci::use(identity), soci::use(host_id), soci::use(path), soci::use(layout), soci::use(files), soci::use(bytes);
    transaction.commit();
    return {};
  });
}

Result<void> move_root(Session& session, std::int64_t id, const model::RootLocation& location,
                       const model::DirectoryPlace& place) {
  return session.guard([&]() -> Result<void> {
    const std::string layout = word(location.layout);
    const std::string path = session.dialect().stored(location.path);
    const std::string cache_dir = session.dialect().stored(location.cache_dir);
    const std::string identity = session.dialect().stored(identity_of_path(session, location.path));
    const std::string file_system = session.dialect().stored(place.file_system);
    const auto inode = static_cast<long long>(place.inode);
    const long long host = session.host_id();
    WriteTransaction transaction(session);
    session.sql() << "UPDATE root SET identity = :identity, path = :path, cache_dir = :cache_dir, layout = :layout, "
                     "file_system = :file_system, inode = :inode, absent_ns = 0 WHERE id = :id AND host_id = :host",
        soci::use(identity), soci::use(path), soci::use(cache_dir), soci::use(layout), soci::use(file_system),
        soci::use(inode), soci::use(id), soci::use(host);
    // Groups that named this directory name another one now: they are read again.
    session.sql() << "UPDATE record SET settled = 0 WHERE root_id = :id", soci::use(id);
    transaction.commit();
    return {};
  });
}

Result<void> mark_absent(Session& session, std::int64_t id, std::int64_t since_ns) {
  return session.guard([&]() -> Result<void> {
    const long long host = session.host_id();
    WriteTransaction transaction(session);
    session.sql() << "UPDATE root SET absent_ns = :since WHERE id = :id AND host_id = :host AND absent_ns = 0",
        soci::use(since_ns), soci::use(id), soci::use(host);
    transaction.commit();
    return {};
  });
}

Result<void> forget_cache_dir(Session& session, const std::string& path) {
  return session.guard([&]() -> Result<void> {
    const std::string identity = session.dialect().stored(identity_of_path(session, path));
    WriteTransaction transaction(session);
    session.sql() << "DELETE FROM cache_dir WHERE identity = :identity", soci::use(identity);
    transaction.commit();
    return {};
  });
}

Result<std::int64_t> forget_roots(Session& session, const std::string& cache_dir,
                                  const std::vector<std::string>& present) {
  return session.guard([&]() -> Result<std::int64_t> {
    QueryBuilder gone(session.dialect(), session.host_id());
    gone.add("root.host_id = " + std::to_string(session.host_id()));
    gone.roots_at_or_below({cache_dir});
    gone.root_path_not_in(present);
    const std::string roots = "(SELECT root.id FROM root" + gone.where() + ")";

    long long count = 0;
    {
      BoundStatement roots_gone(session, "SELECT COUNT(*) FROM root" + gone.where(), gone.values());
      roots_gone.into(count).execute();
      if (!roots_gone.fetch() || count == 0) return 0;
    }
    long long entries = 0;
    WriteTransaction transaction(session);
    {
      BoundStatement counting(session, "SELECT COUNT(*) FROM record WHERE ordinal = 0 AND root_id IN " + roots,
                              gone.values());
      counting.into(entries).execute();
      counting.fetch();
    }
    BoundStatement(session, "DELETE FROM root WHERE id IN " + roots, gone.values()).run();
    transaction.commit();
    return entries;
  });
}

}  // namespace tcm::index
