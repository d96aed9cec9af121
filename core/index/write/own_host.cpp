// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/own_host.hpp"

#include <string>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/query/query_builder.hpp"
#include "core/index/sql/bound_statement.hpp"
#include "core/index/sql/transaction.hpp"
#include "core/util/machine_id.hpp"

namespace tcm::index {
namespace {

std::string identity_of(const HostName& host) {
  return host.machine_id.empty() ? "name " + host.name : "machine " + host.machine_id;
}

// All that belonged to no host is this one's, the first that says who it is.
void take_over_nameless(soci::session& sql, std::int64_t id) {
  const std::string prefix = fmt::format("{} ", id);
  for (const char* table : {"root", "cache_dir"})
    sql << fmt::format("UPDATE {} SET host_id = {}, identity = CAST(:prefix AS TEXT) || path WHERE host_id = 0", table,
                       id),
        soci::use(prefix);
}

/// The row of this machine from before releases hashed the machine-id.
std::optional<long long> unhashed_row(Session& session, const HostName& host) {
  if (host.machine_id.empty()) return std::nullopt;
  const QueryBuilder query(session.dialect());
  BoundStatement statement(session, "SELECT id, machine_id FROM host WHERE machine_id <> ''", query.values());
  long long id = 0;
  std::string stored;
  statement.into(id).into(stored).execute();
  while (statement.fetch())
    if (util::hashed_machine_id(session.dialect().plain(stored)) == host.machine_id) return id;
  return std::nullopt;
}

}  // namespace

Result<void> OwnHost::use(Session& session, const HostName& host) {
  if (host.name.empty() && host.machine_id.empty()) return fail(ErrorCode::usage, "a host needs a name");
  return session.guard([&]() -> Result<void> {
    const std::string identity = session.dialect().stored(identity_of(host));
    long long id = 0;
    std::string name;
    session.sql() << "SELECT id, name FROM host WHERE identity = :identity", soci::into(id), soci::into(name),
        soci::use(identity);
    const bool known = session.sql().got_data();
    unhashed_ = known ? std::nullopt : unhashed_row(session, host);
    session.set_host(known ? id : unhashed_.value_or(0));
    new_host_.reset();
    if (!known || session.dialect().plain(name) != host.name) new_host_ = host;
    return {};
  });
}

void OwnHost::ensure_row(Session& session) {
  if (!new_host_) return;
  const Dialect& dialect = session.dialect();
  const std::string identity = dialect.stored(identity_of(*new_host_));
  const std::string name = dialect.stored(new_host_->name);
  const std::string machine_id = dialect.stored(new_host_->machine_id);
  WriteTransaction transaction(session, 1);
  if (unhashed_)
    session.sql() << "UPDATE host SET identity = :identity, machine_id = :machine_id WHERE id = :id",
        soci::use(identity), soci::use(machine_id), soci::use(*unhashed_);
  const long long fresh = transaction.first_id();
  long long id = 0;
  session.sql() << "INSERT INTO host (id, identity, name, machine_id) VALUES (:id, :identity, :name, :machine_id) "
                   "ON CONFLICT (identity) DO UPDATE SET name = excluded.name RETURNING id",
      soci::into(id), soci::use(fresh), soci::use(identity), soci::use(name), soci::use(machine_id);
  if (id == fresh) take_over_nameless(session.sql(), id);
  transaction.commit();
  session.set_host(id);
  new_host_.reset();
  unhashed_.reset();
}

}  // namespace tcm::index
