// SPDX-License-Identifier: Apache-2.0
// What a developer writes to give a record one more column: a row of the table, and a migration.
#pragma once

#include <array>
#include <vector>

#include "core/index/values/schema_version.hpp"

namespace tcm::test {

inline index::ColumnValue count_ir_files(const index::RecordSource& source) {
  std::int64_t count = 0;
  for (const model::Artifact& artifact : source.record.artifacts) count += artifact.kind == model::ArtifactKind::ir;
  return count > 0 ? index::ColumnValue(count) : index::ColumnValue();
}

inline const index::RecordColumn kAddedColumn{.name = "stages_kept",
                                              .json = "ir_file_count",
                                              .type = index::ColumnType::number,
                                              .optional = true,
                                              .stored = "ir_file_count",
                                              .role = index::ColumnRole::files,
                                              .taken = count_ir_files,
                                              .look = {.in_table = true, .drop = 0},
                                              .meaning = "how many stages of the compiler left a file"};

inline constexpr std::array<std::string_view, 1> kAddedStatement{"ALTER TABLE record ADD COLUMN ir_file_count BIGINT"};

/// The table of this release with that row at its end, and the migrations with that one.
class AddedColumn {
 public:
  explicit AddedColumn(std::span<const index::Migration> released)
      : columns_(index::record_columns().begin(), index::record_columns().end()),
        migrations_(released.begin(), released.end()) {
    columns_.push_back(kAddedColumn);
    migrations_.push_back({index::kSchemaVersion + 1, kAddedStatement});
  }
  index::Schema schema() const { return {columns_, migrations_}; }

 private:
  std::vector<index::RecordColumn> columns_;
  std::vector<index::Migration> migrations_;
};

}  // namespace tcm::test
