// SPDX-License-Identifier: Apache-2.0
// A record as its rows in `record`, `detail` and `resource` hold it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <soci/soci.h>

#include "core/model/entry.hpp"

namespace tcm::index {

/// A column that may be null. SOCI keeps the value and its being null apart.
struct OptionalField {
  long long value = 0;
  soci::indicator indicator = soci::i_null;

  OptionalField& operator=(const std::optional<std::int64_t>& from);
  std::optional<std::int64_t> get() const;
};

/// The columns of `record` and `detail`, for SOCI to bind once and read at each execution.
struct RecordRow {
  long long id = 0, root_id = 0, ordinal = 0;
  std::string key, kind, name, backend, arch, triton_version, probed_by, problem;
  OptionalField version_rank, num_warps, num_stages, num_ctas, warp_size, shared_bytes, spill_bytes, hits, last_hit_ns;
  long long ir = 0, assembly = 0, binary = 0, source = 0, module = 0, metadata_bytes = 0, other = 0, total = 0;
  long long file_count = 0, inode = 0, mtime_ns = 0, ctime_ns = 0, key_hash = 0, settled = 0, first_seen_ns = 0;
  std::string metadata, artifacts, problem_detail, figures, units;
};

/// One row a record. Ids and first-seen times are left for the writer.
std::vector<RecordRow> rows_of(std::int64_t root_id, const model::Entry& entry);

/// What happens to a column of `record` when its row is written again.
enum class ColumnRole : std::uint8_t {
  fixed,     ///< stays as it was when the row was made
  identity,  ///< tells which row it is
  content,   ///< takes the new value
  files,     ///< the same, also when only an entry's files changed
};

struct RowColumn {
  std::string_view name;
  std::variant<long long RecordRow::*, std::string RecordRow::*, OptionalField RecordRow::*> field;
  ColumnRole role;
};

/// All columns of `record`: the one table of them, from which statements are made.
std::span<const RowColumn> record_columns();

/// Names of columns, each wherever `{name}` stands in `each`, joined by commas; of those with one of `roles`, or of
/// all.
std::string list_columns(std::string_view each, std::initializer_list<ColumnRole> roles = {});

}  // namespace tcm::index
