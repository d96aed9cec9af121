// SPDX-License-Identifier: Apache-2.0
// Two entries side by side: columns of the index, resources, metadata, files.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/index/values/columns.hpp"
#include "core/model/entry.hpp"
#include "core/service/compare/line_diff.hpp"
#include "core/service/compare/sides.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Two values of one column; null: not known.
struct ComparedColumn {
  const index::RecordColumn* column = nullptr;
  index::ColumnValue a;
  index::ColumnValue b;

  bool equal() const { return a == b; }
};

/// Two values of a resource or a field of the metadata, as JSON; absent where one lacks it.
struct ComparedField {
  std::string name;
  std::string unit;
  std::optional<std::string> a;
  std::optional<std::string> b;

  bool equal() const { return a == b; }
};

/// A file of each; null where one has none of its kind. Borrowed from the sides.
struct ComparedFile {
  const model::Artifact* a = nullptr;
  const model::Artifact* b = nullptr;
  std::optional<bool> same;  ///< absent: not known, as one could not be read or is not there

  const model::Artifact& any() const { return a != nullptr ? *a : *b; }
};

struct EntryDiff {
  std::vector<ComparedColumn> columns;
  std::vector<ComparedField> resources;
  std::vector<ComparedField> metadata;
  std::vector<ComparedFile> files;
  std::vector<std::string> problems;  ///< files that could not be read, one line each
};

/// Reads files on the disk to tell whether they are equal; all else comes from the sides. A column of `columns` that
/// none has is left out. Never fails.
EntryDiff diff_entries(const Side& a, const Side& b, index::RecordColumns columns);

/// Two texts and how they differ. Views of the diff are of the texts: it cannot be copied.
struct TextDiff {
  TextDiff() = default;
  TextDiff(TextDiff&&) = delete;

  std::string path_a;
  std::string path_b;
  std::string a;
  std::string b;
  bool binary = false;  ///< one of them is binary: `diff` is empty
  LineDiff diff;

  bool equal() const { return a == b; }
};

/// Files beyond this are not compared line by line.
inline constexpr std::size_t kMaxComparedText = std::size_t{32} << 20;

/// The file of each entry that `word` means, see find_entry_file(). Errors: as there, and failed (too large).
Result<void> diff_files(const Side& a, const Side& b, const std::string& word, TextDiff& result);

}  // namespace tcm::service
