// SPDX-License-Identifier: Apache-2.0
#include "core/index/upkeep/maintenance.hpp"

#include <string_view>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/open.hpp"
#include "core/index/schema/schema.hpp"
#include "core/index/sql/session.hpp"
#include "core/index/values/schema_version.hpp"

namespace tcm::index {
namespace {

// Throws soci::soci_error.
std::int64_t ask(Session& session, const std::string& text) {
  long long answer = 0;
  session.sql() << text, soci::into(answer);
  return answer;
}

}  // namespace

Result<DatabaseStatus> database_status(const std::string& location, std::chrono::seconds timeout) {
  TCM_ASSIGN(Session session, connect_session(location, timeout));
  return session.guard([&]() -> Result<DatabaseStatus> {
    DatabaseStatus status;
    status.where = session.where();
    status.kind = session.dialect().name();
    TCM_ASSIGN(status.version, schema_version(session));
    status.bytes = ask(session, std::string(session.dialect().size_query()));
    if (status.version != kSchemaVersion) return status;
    // The host without a name is not one.
    status.hosts = ask(session, "SELECT COUNT(*) FROM host WHERE id <> 0");
    status.roots = ask(session, "SELECT COUNT(*) FROM root");
    status.records = ask(session, "SELECT COUNT(*) FROM record");
    return status;
  });
}

Result<bool> quick_check(const std::string& location, std::int64_t most_bytes, std::chrono::seconds timeout) {
  TCM_ASSIGN(Session session, connect_session(location, timeout));
  return session.guard([&]() -> Result<bool> {
    const std::string check(session.dialect().quick_check());
    if (check.empty() || ask(session, std::string(session.dialect().size_query())) > most_bytes) return false;
    std::string answer;
    session.sql() << check, soci::into(answer);
    if (answer == "ok") return true;
    return fail(ErrorCode::corrupt, fmt::format("{}: {}", session.where(), answer.substr(0, answer.find('\n'))));
  });
}

Result<void> vacuum(const std::string& location, std::chrono::seconds timeout) {
  TCM_ASSIGN(Session session, open_session(location, OpenMode::read, timeout));
  return session.guard([&]() -> Result<void> {
    if (ask(session, std::string(session.dialect().count_tables_of_others())) > 0)
      return fail(ErrorCode::denied, session.where() + ": only the owner of its tables may vacuum them; ask them to");
    for (const std::string_view statement : session.dialect().vacuum()) session.sql() << std::string(statement);
    return {};
  });
}

}  // namespace tcm::index
