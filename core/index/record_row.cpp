// SPDX-License-Identifier: Apache-2.0
#include "core/index/record_row.hpp"

#include <algorithm>

#include "core/index/artifact_text.hpp"
#include "core/index/criteria.hpp"
#include "core/index/resource_text.hpp"
#include "core/util/hash.hpp"

namespace tcm::index {
namespace {

// Sparse files can claim any size; sums over them must still fit.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;

// Metadata may spell a zero byte ("\u0000"), which ends a text early in one database and is refused by another.
std::string without_zeros(const std::string& text) {
  if (text.find('\0') == std::string::npos) return text;
  std::string out;
  for (const char c : text) {
    if (c == '\0')
      out += "\xEF\xBF\xBD";
    else
      out += c;
  }
  return out;
}

void set_facts(RecordRow& row, const model::KernelFacts& facts) {
  row.name = without_zeros(facts.name);
  row.backend = without_zeros(facts.backend);
  row.arch = without_zeros(facts.arch);
  row.triton_version = without_zeros(facts.triton_version);
  row.version_rank = version_rank(facts.triton_version);
  row.num_warps = facts.num_warps;
  row.num_stages = facts.num_stages;
  row.num_ctas = facts.num_ctas;
  row.warp_size = facts.warp_size;
  row.shared_bytes = facts.shared_bytes;
  row.metadata = without_zeros(facts.metadata);
}

void set_sizes(RecordRow& row, const std::vector<model::Artifact>& artifacts) {
  model::ByteTotals totals;
  for (const model::Artifact& artifact : artifacts) totals.add(artifact.kind, std::min(artifact.bytes, kMostBytes));
  const auto stored = [](std::uint64_t bytes) { return static_cast<long long>(bytes); };
  row.ir = stored(totals.ir);
  row.assembly = stored(totals.assembly);
  row.binary = stored(totals.binary);
  row.source = stored(totals.source);
  row.module = stored(totals.module);
  row.metadata_bytes = stored(totals.metadata);
  row.other = stored(totals.other);
  row.total = stored(totals.total());
  row.file_count = static_cast<long long>(artifacts.size());
}

void bind(soci::statement& statement, OptionalField& field) {
  statement.exchange(soci::use(field.value, field.indicator));
}

template <class... Fields>
void bind_all(soci::statement& statement, Fields&... fields) {
  (statement.exchange(soci::use(fields)), ...);
}

void prepare(soci::statement& statement, const char* text) {
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
}

}  // namespace

OptionalField& OptionalField::operator=(const std::optional<std::int64_t>& from) {
  value = from.value_or(0);
  indicator = from ? soci::i_ok : soci::i_null;
  return *this;
}

std::optional<std::int64_t> OptionalField::get() const {
  if (indicator != soci::i_ok) return std::nullopt;
  return value;
}

std::vector<RecordRow> rows_of(std::int64_t root_id, const model::Entry& entry) {
  std::vector<RecordRow> rows(entry.records.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const model::Record& record = entry.records[i];
    RecordRow& row = rows[i];
    row.root_id = root_id;
    row.key = entry.key;
    row.ordinal = static_cast<long long>(i);
    row.kind = model::to_string(record.kind);
    row.problem = model::to_string(record.problem);
    row.problem_detail = without_zeros(record.problem_detail);
    row.inode = static_cast<long long>(entry.stamp.inode);
    row.mtime_ns = entry.stamp.mtime_ns;
    row.ctime_ns = entry.stamp.ctime_ns;
    row.settled = entry.stamp.settled ? 1 : 0;
    row.key_hash = static_cast<long long>(util::hash64(entry.key));
    row.artifacts = pack_artifacts(record.artifacts);
    row.probed_by = without_zeros(record.probed_by);
    row.spill_bytes = record.spill_bytes;
    row.figures = pack_figures(record.resources);
    row.units = pack_units(record.resources);
    set_facts(row, record.facts);
    set_sizes(row, record.artifacts);
  }
  return rows;
}

void prepare_record_upsert(soci::statement& statement, RecordRow& row) {
  bind_all(statement, row.id, row.root_id, row.key, row.ordinal, row.kind, row.name, row.backend, row.arch,
           row.triton_version);
  bind(statement, row.version_rank);
  bind(statement, row.num_warps);
  bind(statement, row.num_stages);
  bind(statement, row.num_ctas);
  bind(statement, row.warp_size);
  bind(statement, row.shared_bytes);
  bind(statement, row.spill_bytes);
  bind_all(statement, row.ir, row.assembly, row.binary, row.source, row.module, row.metadata_bytes, row.other,
           row.total, row.file_count, row.inode, row.mtime_ns, row.ctime_ns, row.key_hash, row.settled,
           row.first_seen_ns, row.probed_by, row.problem);
  prepare(statement, R"(
    INSERT INTO record (id, root_id, key, ordinal, kind, name, backend, arch, triton_version, version_rank, num_warps,
      num_stages, num_ctas, warp_size, shared_bytes, spill_bytes, ir_bytes, assembly_bytes, binary_bytes, source_bytes,
      module_bytes, metadata_bytes, other_bytes, total_bytes, file_count, inode, mtime_ns, ctime_ns, key_hash, settled,
      first_seen_ns, probed_by, problem)
    VALUES (:id, :root_id, :key, :ordinal, :kind, :name, :backend, :arch, :triton_version, :version_rank, :num_warps,
      :num_stages, :num_ctas, :warp_size, :shared_bytes, :spill_bytes, :ir, :assembly, :binary, :source, :module, :metadata, :other,
      :total, :file_count, :inode, :mtime_ns, :ctime_ns, :key_hash, :settled, :first_seen_ns, :probed_by, :problem)
    ON CONFLICT (key, root_id, ordinal) DO UPDATE SET kind = excluded.kind, name = excluded.name,
      backend = excluded.backend, arch = excluded.arch, triton_version = excluded.triton_version,
      version_rank = excluded.version_rank, num_warps = excluded.num_warps, num_stages = excluded.num_stages,
      num_ctas = excluded.num_ctas, warp_size = excluded.warp_size, shared_bytes = excluded.shared_bytes,
      spill_bytes = excluded.spill_bytes, probed_by = excluded.probed_by,
      ir_bytes = excluded.ir_bytes, assembly_bytes = excluded.assembly_bytes, binary_bytes = excluded.binary_bytes,
      source_bytes = excluded.source_bytes, module_bytes = excluded.module_bytes,
      metadata_bytes = excluded.metadata_bytes, other_bytes = excluded.other_bytes,
      total_bytes = excluded.total_bytes, file_count = excluded.file_count, inode = excluded.inode,
      mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, key_hash = excluded.key_hash, settled = excluded.settled,
      problem = excluded.problem)");
}

void prepare_resource_upsert(soci::statement& statement, RecordRow& row) {
  bind_all(statement, row.figures, row.units, row.key, row.root_id, row.ordinal);
  prepare(statement, R"(
    INSERT INTO resource (record_id, figures, units)
    SELECT id, :figures, :units FROM record WHERE key = :key AND root_id = :root_id AND ordinal = :ordinal
    ON CONFLICT (record_id) DO UPDATE SET figures = excluded.figures, units = excluded.units)");
}

void prepare_resource_removal(soci::statement& statement, RecordRow& row) {
  bind_all(statement, row.key, row.root_id, row.ordinal);
  prepare(statement, R"(
    DELETE FROM resource WHERE record_id =
      (SELECT id FROM record WHERE key = :key AND root_id = :root_id AND ordinal = :ordinal))");
}

void prepare_files_update(soci::statement& statement, RecordRow& row) {
  bind_all(statement, row.ir, row.assembly, row.binary, row.source, row.module, row.metadata_bytes, row.other,
           row.total, row.file_count, row.inode, row.mtime_ns, row.ctime_ns, row.settled, row.key, row.root_id,
           row.ordinal);
  prepare(statement, R"(
    UPDATE record SET ir_bytes = :ir, assembly_bytes = :assembly, binary_bytes = :binary, source_bytes = :source,
      module_bytes = :module, metadata_bytes = :metadata, other_bytes = :other, total_bytes = :total,
      file_count = :file_count, inode = :inode, mtime_ns = :mtime_ns, ctime_ns = :ctime_ns, settled = :settled
    WHERE key = :key AND root_id = :root_id AND ordinal = :ordinal)");
}

void prepare_artifacts_update(soci::statement& statement, RecordRow& row) {
  bind_all(statement, row.artifacts, row.key, row.root_id, row.ordinal);
  prepare(statement, R"(
    UPDATE detail SET artifacts = :artifacts WHERE record_id =
      (SELECT id FROM record WHERE key = :key AND root_id = :root_id AND ordinal = :ordinal))");
}

void prepare_detail_upsert(soci::statement& statement, RecordRow& row) {
  bind_all(statement, row.metadata, row.artifacts, row.problem_detail, row.key, row.root_id, row.ordinal);
  prepare(statement, R"(
    INSERT INTO detail (record_id, metadata, artifacts, problem_detail)
    SELECT id, :metadata, :artifacts, :problem_detail FROM record
    WHERE key = :key AND root_id = :root_id AND ordinal = :ordinal
    ON CONFLICT (record_id) DO UPDATE SET metadata = excluded.metadata, artifacts = excluded.artifacts,
      problem_detail = excluded.problem_detail)");
}

}  // namespace tcm::index
