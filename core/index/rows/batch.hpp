// SPDX-License-Identifier: Apache-2.0
// What a writer has collected, to be written in one transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/index/rows/record_row.hpp"
#include "core/model/digest.hpp"

namespace tcm::index {

/// All rows of one entry, to be added or to replace those that are there.
struct EntryPut {
  std::string key;
  std::vector<RecordRow> rows;
  std::optional<model::EntryDigests> digests{};  ///< absent: none was computed, and those that are there stay
};

/// The same, of which only files, sizes and the stamp count, see RootWriter::put_files().
struct FilesPut {
  std::string key;
  std::vector<RecordRow> rows;
};

/// Removes the entry of this record.
struct EntryRemoval {
  std::int64_t id = 0;
};

/// Changes to one root, which count in their order.
struct Batch {
  RecordColumns columns;
  std::int64_t root_id = 0;
  std::vector<std::variant<EntryPut, FilesPut, EntryRemoval>> changes;
  std::int64_t first_id = 0;  ///< of as many as there are rows in EntryPuts; a row that is there keeps its own
  std::int64_t now_ns = 0;    ///< first-seen time of the rows that are new
};

}  // namespace tcm::index
