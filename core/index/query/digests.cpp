// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/digests.hpp"

#include <fmt/format.h>

#include "core/index/query/query_builder.hpp"
#include "core/index/rows/digest_text.hpp"
#include "core/index/sql/bound_statement.hpp"

namespace tcm::index {

void read_digests(Session& session, std::int64_t root_id, const std::vector<std::string_view>& keys,
                  const TakeDigests& each) {
  if (keys.empty()) return;
  QueryBuilder query(session.dialect());
  const std::string list = session.dialect().rows_of_list(query.bind_as_is(session.dialect().text_list(keys)));
  BoundStatement statement(
      session,
      fmt::format("SELECT key, entry_ctime_ns, files FROM digest WHERE root_id = {} AND key IN ({})", root_id, list),
      query.values());
  std::string key;
  long long ctime = 0;
  std::string files;
  statement.into(key).into(ctime).into(files).execute();
  while (statement.fetch())
    if (auto unpacked = unpack_digests(files)) each(key, {ctime, std::move(*unpacked)});
}

}  // namespace tcm::index
