// SPDX-License-Identifier: Apache-2.0
#include "core/index/values/column_fields.hpp"

namespace tcm::index {

const std::vector<ColumnField>& column_fields() {
  static const std::vector<ColumnField> fields{
      {"key", "record.key", true},
      {"name", "record.name", true},
      {"kind", "record.kind", true},
      {"backend", "record.backend", true},
      {"arch", "record.arch", true},
      {"problem", "record.problem", true},
      {"version_rank", "record.version_rank"},
      {"num_warps", "record.num_warps"},
      {"num_stages", "record.num_stages"},
      {"num_ctas", "record.num_ctas"},
      {"warp_size", "record.warp_size"},
      {"shared", "record.shared_bytes"},
      {"shared_bytes", "record.shared_bytes"},
      {"size", "record.total_bytes"},
      {"total_bytes", "record.total_bytes"},
      {"ir_bytes", "record.ir_bytes"},
      {"assembly_bytes", "record.assembly_bytes"},
      {"binary_bytes", "record.binary_bytes"},
      {"source_bytes", "record.source_bytes"},
      {"module_bytes", "record.module_bytes"},
      {"metadata_bytes", "record.metadata_bytes"},
      {"other_bytes", "record.other_bytes"},
      {"file_count", "record.file_count"},
      {"spill_bytes", "record.spill_bytes"},
      {"hits", "record.hits"},
  };
  return fields;
}

}  // namespace tcm::index
