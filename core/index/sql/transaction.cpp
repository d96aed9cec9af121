// SPDX-License-Identifier: Apache-2.0
#include "core/index/sql/transaction.hpp"

#include <string>

#include <soci/soci.h>

namespace tcm::index {

WriteTransaction::WriteTransaction(Session& session, std::int64_t ids)
    : session_(session), inner_(session.transactions_ > 0) {
  const auto take_ids = [&] {
    if (ids == 0) return;
    long long next = 0;
    session_.sql() << "UPDATE tcm_meta SET value = value + :count WHERE name = 'next_id' RETURNING value",
        soci::into(next), soci::use(ids);
    first_id_ = next - ids;
  };
  const bool apart = session_.dialect().takes_ids_apart();
  if (apart) take_ids();
  session_.sql() << (inner_ ? std::string("SAVEPOINT tcm_write") : std::string(session_.dialect().begin_write()));
  open_ = true;
  ++session_.transactions_;
  if (apart) return;
  try {
    take_ids();
  } catch (...) {
    roll_back();
    throw;
  }
}

WriteTransaction::~WriteTransaction() { roll_back(); }

void WriteTransaction::roll_back() {
  if (!open_) return;
  open_ = false;
  --session_.transactions_;
  try {
    session_.sql() << (inner_ ? "ROLLBACK TO SAVEPOINT tcm_write" : "ROLLBACK");
  } catch (const soci::soci_error&) {
    // The database has rolled back already, or will when the connection closes.
  }
}

void WriteTransaction::commit() {
  session_.sql() << (inner_ ? "RELEASE SAVEPOINT tcm_write" : "COMMIT");
  open_ = false;
  --session_.transactions_;
}

Snapshot::Snapshot(Session& session) : session_(session) {
  session_.sql() << std::string(session_.dialect().begin_snapshot());
  ++session_.transactions_;
}

Snapshot::~Snapshot() {
  --session_.transactions_;
  try {
    session_.sql() << "ROLLBACK";
  } catch (const soci::soci_error&) {
    // It ends with the connection.
  }
}

}  // namespace tcm::index
