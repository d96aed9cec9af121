// SPDX-License-Identifier: Apache-2.0
#include "core/index/write/plugins.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "core/index/sql/transaction.hpp"

namespace tcm::index {
namespace {

struct Seen {
  std::string backend;
  std::string probed_by;
};

std::vector<Seen> backends_seen(Session& session, std::int64_t root_id) {
  std::vector<Seen> seen;
  std::string backend;
  std::string probed_by;
  soci::statement statement =
      (session.sql().prepare << "SELECT DISTINCT backend, probed_by FROM record "
                                "WHERE root_id = :id AND kind IN ('kernel', 'broken', 'partial')",
       soci::into(backend), soci::into(probed_by), soci::use(root_id));
  statement.execute(false);
  while (statement.fetch()) seen.push_back({session.dialect().plain(backend), session.dialect().plain(probed_by)});
  return seen;
}

std::string stored(Session& session, const std::string& text) { return session.dialect().stored(text); }

/// A kernel, broken or not, whose target nobody could name may be named by a backend that came since.
bool is_stale(const Seen& seen, const std::vector<ServedTarget>& served) {
  if (seen.backend.empty()) return true;
  const auto now = std::find_if(served.begin(), served.end(),
                                [&](const ServedTarget& target) { return target.backend == seen.backend; });
  return seen.probed_by != (now == served.end() ? std::string() : now->probed_by);
}

}  // namespace

Result<std::int64_t> mark_stale(Session& session, std::int64_t root_id, const std::vector<ServedTarget>& served) {
  return session.guard([&]() -> Result<std::int64_t> {
    WriteTransaction transaction(session);
    std::int64_t marked = 0;
    for (const Seen& seen : backends_seen(session, root_id)) {
      if (!is_stale(seen, served)) continue;
      // The scan looks at the first record of an entry only, whichever of them is concerned.
      const std::string backend = stored(session, seen.backend);
      const std::string probed_by = stored(session, seen.probed_by);
      soci::statement update =
          (session.sql().prepare << "UPDATE record SET settled = 0 WHERE root_id = :id AND ordinal = 0 AND key IN "
                                    "(SELECT one.key FROM record AS one WHERE one.root_id = :id AND one.kind IN "
                                    "('kernel', 'broken', 'partial') AND one.backend = :backend AND one.probed_by = "
                                    ":probed_by)",
           soci::use(root_id, "id"), soci::use(backend, "backend"), soci::use(probed_by, "probed_by"));
      update.execute(true);
      marked += update.get_affected_rows();
    }
    transaction.commit();
    return marked;
  });
}

Result<void> set_plugins(Session& session, std::int64_t root_id, const std::string& plugins) {
  return session.guard([&]() -> Result<void> {
    WriteTransaction transaction(session);
    const std::string text = stored(session, plugins);
    session.sql() << "UPDATE root SET plugins = :plugins WHERE id = :id", soci::use(text), soci::use(root_id);
    transaction.commit();
    return {};
  });
}

}  // namespace tcm::index
