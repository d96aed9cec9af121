// SPDX-License-Identifier: Apache-2.0
// A record as its two rows hold it, and the statements that write them.
#pragma once

#include <optional>
#include <string>
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
  OptionalField version_rank, num_warps, num_stages, num_ctas, warp_size, shared_bytes, spill_bytes;
  long long ir = 0, assembly = 0, binary = 0, source = 0, module = 0, metadata_bytes = 0, other = 0, total = 0;
  long long file_count = 0, inode = 0, mtime_ns = 0, ctime_ns = 0, key_hash = 0, settled = 0, first_seen_ns = 0;
  std::string metadata, artifacts, problem_detail, figures, units;
};

/// One row a record. Ids and first-seen times are left for the writer.
std::vector<RecordRow> rows_of(std::int64_t root_id, const model::Entry& entry);

/// Upserts into `record` by identity: an id and a first-seen time that are there already stay.
void prepare_record_upsert(soci::statement& statement, RecordRow& row);
/// The same for `resource`. A record without resources has no row there.
void prepare_resource_upsert(soci::statement& statement, RecordRow& row);
void prepare_resource_removal(soci::statement& statement, RecordRow& row);
/// Updates what put_files() changes, in `record` and in `detail`.
void prepare_files_update(soci::statement& statement, RecordRow& row);
void prepare_artifacts_update(soci::statement& statement, RecordRow& row);
/// Upserts into `detail`, for the record that has the identity of `row`, whatever its id.
void prepare_detail_upsert(soci::statement& statement, RecordRow& row);

}  // namespace tcm::index
