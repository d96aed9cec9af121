// SPDX-License-Identifier: Apache-2.0
#include "core/index/query/list.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <soci/soci.h>

#include "core/index/rows/record_row.hpp"
#include "core/index/sql/bound_statement.hpp"

namespace tcm::index {
namespace {

// Not worth asking for by parts.
constexpr std::int64_t kFewRows = 1'000;

std::string_view column_of(SortKey key) {
  switch (key) {
    case SortKey::modified: return "record.mtime_ns";
    case SortKey::name: return "record.name";
    case SortKey::size: return "record.total_bytes";
    case SortKey::key: return "record.key";
    case SortKey::arch: return "record.arch";
    // Databases disagree on where nulls sort; here no version comes before all others.
    case SortKey::version: return "COALESCE(record.version_rank, -1)";
    case SortKey::spill: return "COALESCE(record.spill_bytes, -1)";
    case SortKey::hits: return "COALESCE(record.hits, -1)";
    case SortKey::entry_modified: return "record.mtime_ns";
    case SortKey::alike: return "record.root_id, record.name, record.total_bytes, record.mtime_ns";
  }
  return "record.mtime_ns";
}

std::string_view ties_of(SortKey key) {
  switch (key) {
    case SortKey::key: return ", record.root_id, record.ordinal";
    case SortKey::entry_modified:
    case SortKey::alike: return ", record.key, record.root_id, record.ordinal";
    default: return ", record.key";
  }
}

// Where a row of the list arrives, column by column.
class RowReader {
 public:
  void bind(BoundStatement& statement) {
    statement.into(id_).into(key_).into(ordinal_).into(kind_).into(name_).into(backend_).into(arch_).into(version_);
    for (OptionalField* field : {&warps_, &stages_, &ctas_, &warp_size_, &shared_, &spill_, &hits_, &last_hit_})
      statement.into(field->value, field->indicator);
    for (long long* number : {&ir_, &assembly_, &binary_, &source_, &module_, &metadata_, &other_, &file_count_,
                              &mtime_, &first_seen_, &inode_, &ctime_, &settled_})
      statement.into(*number);
    statement.into(problem_).into(root_).into(layout_).into(host_);
  }

  /// Fills `row`; false when a word is none that this release writes.
  bool read(Row& row) const {
    const auto kind = model::value_of<model::EntryKind>(model::kEntryKinds, kind_);
    const auto problem = model::value_of<model::SkipReason>(model::kSkipReasons, problem_);
    const auto layout = model::value_of<model::Layout>(model::kLayouts, layout_);
    if (!kind || !problem || !layout) return false;
    row.id = id_;
    row.key = key_;
    row.ordinal = ordinal_;
    row.kind = *kind;
    row.name = name_;
    row.backend = backend_;
    row.arch = arch_;
    row.triton_version = version_;
    row.num_warps = warps_.get();
    row.num_stages = stages_.get();
    row.num_ctas = ctas_.get();
    row.warp_size = warp_size_.get();
    row.shared_bytes = shared_.get();
    row.spill_bytes = spill_.get();
    row.bytes = totals();
    row.file_count = file_count_;
    row.modified_ns = mtime_;
    row.stamp = {static_cast<std::uint64_t>(inode_), mtime_, ctime_, settled_ != 0};
    row.first_seen_ns = first_seen_;
    row.hits = hits_.get();
    row.last_hit_ns = last_hit_.get();
    row.root = root_;
    row.host = host_;
    row.layout = *layout;
    row.problem = *problem;
    return true;
  }

 private:
  model::ByteTotals totals() const {
    const auto bytes = [](long long stored) { return static_cast<std::uint64_t>(std::max(stored, 0LL)); };
    return {bytes(ir_),     bytes(assembly_), bytes(binary_), bytes(source_),
            bytes(module_), bytes(metadata_), bytes(other_)};
  }

  long long id_ = 0, ordinal_ = 0, ir_ = 0, assembly_ = 0, binary_ = 0, source_ = 0, module_ = 0, metadata_ = 0,
            other_ = 0, file_count_ = 0, mtime_ = 0, first_seen_ = 0, inode_ = 0, ctime_ = 0, settled_ = 0;
  std::string key_, kind_, name_, backend_, arch_, version_, problem_, root_, layout_, host_;
  OptionalField warps_, stages_, ctas_, warp_size_, shared_, spill_, hits_, last_hit_;
};

}  // namespace

std::string list_query(QueryBuilder& query, const Criteria& criteria, Order order, std::optional<std::int64_t> limit,
                       const std::vector<Field>& extra) {
  query.add(criteria);
  query.add("root.id = record.root_id");
  const std::string where = query.where();
  std::string columns;
  for (const Field& field : extra) columns += ", " + query.text_of(field);
  // CROSS JOIN keeps the order in which the tables are named: rows come in the list's order, each then finds its root.
  return fmt::format(
      "SELECT record.id, record.key, record.ordinal, record.kind, record.name, record.backend, record.arch, "
      "record.triton_version, record.num_warps, record.num_stages, record.num_ctas, record.warp_size, "
      "record.shared_bytes, record.spill_bytes, record.hits, record.last_hit_ns, record.ir_bytes, "
      "record.assembly_bytes, record.binary_bytes, "
      "record.source_bytes, "
      "record.module_bytes, record.metadata_bytes, record.other_bytes, record.file_count, record.mtime_ns, "
      "record.first_seen_ns, record.inode, record.ctime_ns, record.settled, record.problem, root.path, root.layout, "
      "(SELECT host.name FROM host WHERE host.id = root.host_id){} "
      "FROM record CROSS JOIN root{} ORDER BY {} {}{}{}",
      columns, where, criteria.spilling && order.key == SortKey::spill ? "record.spill_bytes" : column_of(order.key),
      order.ascending ? "ASC" : "DESC", ties_of(order.key),
      limit ? " LIMIT " + query.bind(std::max<std::int64_t>(*limit, 0)) : "");
}

Result<void> list_records(Session& session, const Criteria& criteria, Order order, std::optional<std::int64_t> limit,
                          const std::function<void(const Row&)>& each, const std::vector<Field>& extra) {
  return session.guard([&]() -> Result<void> {
    QueryBuilder query(session.dialect(), session.host_id());
    const std::string text = list_query(query, criteria, order, limit, extra);
    const bool few = limit && *limit <= kFewRows;
    BoundStatement statement(session, text, query.values(), few ? Rows::few : Rows::many);
    RowReader reader;
    reader.bind(statement);
    Row row;
    row.extra.resize(extra.size());
    std::vector<soci::indicator> present(extra.size(), soci::i_null);
    for (std::size_t i = 0; i < extra.size(); ++i) statement.into(row.extra[i], present[i]);
    statement.execute();
    while (statement.fetch()) {
      if (!reader.read(row)) return session.damaged("a record of unknown kind");
      for (std::size_t i = 0; i < extra.size(); ++i)
        if (present[i] != soci::i_ok) row.extra[i].clear();
      each(row);
    }
    return {};
  });
}

}  // namespace tcm::index
