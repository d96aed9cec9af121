// SPDX-License-Identifier: Apache-2.0
#include "core/index/rows/record_row.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/index/rows/artifact_text.hpp"
#include "core/index/rows/resource_text.hpp"
#include "core/index/values/version_rank.hpp"
#include "core/util/hash.hpp"

namespace tcm::index {
namespace {

// Of one record. Sparse files can claim any size; sums over records must still fit.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;

// As long as file names are, with room: a name is one, unless somebody made it up. Longer ones fit no index of a
// database.
constexpr std::size_t kLongestName = 1'024;

std::string bounded(std::string name) {
  if (name.size() <= kLongestName) return name;
  std::size_t end = kLongestName;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  name.resize(end);
  return name;
}

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
  row.name = bounded(without_zeros(facts.name));
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
  std::uint64_t left = kMostBytes;
  for (const model::Artifact& artifact : artifacts) {
    const std::uint64_t bytes = std::min(artifact.bytes, left);
    totals.add(artifact.kind, bytes);
    left -= bytes;
  }
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

std::span<const RowColumn> record_columns() {
  using enum ColumnRole;
  static constexpr std::array<RowColumn, 35> kColumns{{
      {"id", &RecordRow::id, fixed},
      {"root_id", &RecordRow::root_id, identity},
      {"key", &RecordRow::key, identity},
      {"ordinal", &RecordRow::ordinal, identity},
      {"kind", &RecordRow::kind, content},
      {"name", &RecordRow::name, content},
      {"backend", &RecordRow::backend, content},
      {"arch", &RecordRow::arch, content},
      {"triton_version", &RecordRow::triton_version, content},
      {"version_rank", &RecordRow::version_rank, content},
      {"num_warps", &RecordRow::num_warps, content},
      {"num_stages", &RecordRow::num_stages, content},
      {"num_ctas", &RecordRow::num_ctas, content},
      {"warp_size", &RecordRow::warp_size, content},
      {"shared_bytes", &RecordRow::shared_bytes, content},
      {"spill_bytes", &RecordRow::spill_bytes, content},
      {"ir_bytes", &RecordRow::ir, files},
      {"assembly_bytes", &RecordRow::assembly, files},
      {"binary_bytes", &RecordRow::binary, files},
      {"source_bytes", &RecordRow::source, files},
      {"module_bytes", &RecordRow::module, files},
      {"metadata_bytes", &RecordRow::metadata_bytes, files},
      {"other_bytes", &RecordRow::other, files},
      {"total_bytes", &RecordRow::total, files},
      {"file_count", &RecordRow::file_count, files},
      {"inode", &RecordRow::inode, files},
      {"mtime_ns", &RecordRow::mtime_ns, files},
      {"ctime_ns", &RecordRow::ctime_ns, files},
      {"key_hash", &RecordRow::key_hash, content},
      {"settled", &RecordRow::settled, files},
      {"first_seen_ns", &RecordRow::first_seen_ns, fixed},
      {"probed_by", &RecordRow::probed_by, content},
      {"problem", &RecordRow::problem, content},
      {"hits", &RecordRow::hits, fixed},
      {"last_hit_ns", &RecordRow::last_hit_ns, fixed},
  }};
  return kColumns;
}

std::string list_columns(std::string_view each, std::initializer_list<ColumnRole> roles) {
  std::string list;
  for (const RowColumn& column : record_columns()) {
    if (roles.size() > 0 && std::find(roles.begin(), roles.end(), column.role) == roles.end()) continue;
    if (!list.empty()) list += ", ";
    list += fmt::format(fmt::runtime(each), fmt::arg("name", column.name));
  }
  return list;
}

}  // namespace tcm::index
