// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "core/index/impl.hpp"
#include "core/index/sql/bound_statement.hpp"

namespace tcm::index {

Result<std::int64_t> Index::forget_roots(const std::string& cache_dir, const std::vector<std::string>& present) {
  Session& session = impl_->session;
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
