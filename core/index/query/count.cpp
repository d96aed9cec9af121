// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/count.hpp"

#include <string>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/query/query_builder.hpp"
#include "core/index/sql/bound_statement.hpp"

namespace tcm::index {

Result<std::int64_t> count_records(Session& session, const Criteria& criteria, std::optional<std::int64_t> at_most) {
  return session.guard([&]() -> Result<std::int64_t> {
    QueryBuilder query(session.dialect(), session.host_id());
    query.add(criteria);
    std::string text = "SELECT COUNT(*) FROM record" + query.where();
    if (at_most)
      text = fmt::format("SELECT COUNT(*) FROM (SELECT 1 FROM record{} LIMIT {}) AS matching", query.where(),
                         query.bind(*at_most));
    BoundStatement statement(session, text, query.values());
    long long count = 0;
    statement.into(count);
    statement.execute();
    statement.fetch();
    return count;
  });
}

Result<bool> has_field(Session& session, const Field& field) {
  return session.guard([&]() -> Result<bool> {
    QueryBuilder query(session.dialect(), session.host_id());
    query.add(query.has(field));
    long long one = 0;
    BoundStatement statement(session, "SELECT 1 FROM record" + query.where() + " LIMIT 1", query.values());
    statement.into(one).execute();
    return statement.fetch();
  });
}

Result<std::vector<ProblemCount>> count_problems(Session& session, std::int64_t root_id) {
  return session.guard([&]() -> Result<std::vector<ProblemCount>> {
    std::vector<ProblemCount> counts;
    std::string word;
    long long broken = 0;
    long long count = 0;
    soci::statement statement =
        (session.sql().prepare << "SELECT problem, CASE WHEN kind = 'broken' THEN 1 ELSE 0 END AS broken, "
                                  "COUNT(DISTINCT key) FROM record WHERE root_id = :id AND problem <> '' "
                                  "GROUP BY problem, CASE WHEN kind = 'broken' THEN 1 ELSE 0 END ORDER BY problem",
         soci::into(word), soci::into(broken), soci::into(count), soci::use(root_id));
    statement.execute(false);
    while (statement.fetch()) {
      const auto reason = model::value_of<model::SkipReason>(model::kSkipReasons, word);
      if (!reason) return session.damaged("an unknown problem");
      counts.push_back({*reason, broken != 0, count});
    }
    return counts;
  });
}

}  // namespace tcm::index
