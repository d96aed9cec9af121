// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/own_host.hpp"

#include <string>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/sql/transaction.hpp"

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
    session.set_host(known ? id : 0);
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
  const long long fresh = transaction.first_id();
  long long id = 0;
  session.sql() << "INSERT INTO host (id, identity, name, machine_id) VALUES (:id, :identity, :name, :machine_id) "
                   "ON CONFLICT (identity) DO UPDATE SET name = excluded.name RETURNING id",
      soci::into(id), soci::use(fresh), soci::use(identity), soci::use(name), soci::use(machine_id);
  if (id == fresh) take_over_nameless(session.sql(), id);
  transaction.commit();
  session.set_host(id);
  new_host_.reset();
}

}  // namespace tcm::index
