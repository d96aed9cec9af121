// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/detail.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/rows/artifact_text.hpp"
#include "core/index/rows/resource_text.hpp"

namespace tcm::index {

Result<Detail> read_detail(Session& session, std::int64_t record_id) {
  return session.guard([&]() -> Result<Detail> {
    Detail detail;
    std::string artifacts;
    session.sql() << "SELECT metadata, artifacts, problem_detail FROM detail WHERE record_id = :id",
        soci::into(detail.metadata), soci::into(artifacts), soci::into(detail.problem_detail), soci::use(record_id);
    const Dialect& dialect = session.dialect();
    detail.metadata = dialect.plain(std::move(detail.metadata));
    detail.problem_detail = dialect.plain(std::move(detail.problem_detail));
    if (!session.sql().got_data()) {
      long long count = 0;
      session.sql() << "SELECT COUNT(*) FROM record WHERE id = :id", soci::into(count), soci::use(record_id);
      if (count > 0) return session.damaged(fmt::format("record {} has lost its details", record_id));
      return fail(ErrorCode::missing, fmt::format("{}: the index has no record {}", session.where(), record_id));
    }
    auto unpacked = unpack_artifacts(artifacts);
    if (!unpacked) return session.damaged(fmt::format("the artifacts of record {}", record_id));
    detail.artifacts = std::move(*unpacked);
    std::string figures;
    std::string units;
    session.sql() << "SELECT figures, units FROM resource WHERE record_id = :id", soci::into(figures),
        soci::into(units), soci::use(record_id);
    if (session.sql().got_data()) {
      auto resources = unpack_resources(dialect.plain(figures), dialect.plain(units));
      if (!resources) return session.damaged(fmt::format("the resources of record {}", record_id));
      detail.resources = std::move(*resources);
    }
    return detail;
  });
}

}  // namespace tcm::index
