// SPDX-License-Identifier: Apache-2.0
// What the files of an entry are called, as a table: the shared ones that every Triton backend writes, and those that
// plugins add. The reader asks it; it knows no vendor itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/words.hpp"

namespace tcm::cache {

struct FileType {
  model::ArtifactKind kind = model::ArtifactKind::other;
  std::string label;
};

/// Immutable once filled; then any number of threads may ask.
class FileTypes {
 public:
  /// `extension` with its dot. The first to claim an extension of a target keeps it.
  void add(std::string_view target, std::string_view extension, FileType type);

  /// The type of a file of a kernel of `target`: the shared extensions (.json .ttir .glir .ttgir .llir .source) first,
  /// then the target's own. Null when nobody knows it.
  const FileType* find(std::string_view target, std::string_view extension) const;

  /// The type that some target gives the extension, shared ones first. Null when nobody knows it.
  const FileType* find_any(std::string_view extension) const;

  /// Whether it is known what a kernel of `target` is run from: a backend for it has told its binaries.
  bool knows_binaries_of(std::string_view target) const;

  /// The only target that claims `extension`; empty when none or several do. Old releases did not write their target.
  std::string_view target_of(std::string_view extension) const;

 private:
  struct Row {
    std::string target;
    std::string extension;
    FileType type;
  };
  std::vector<Row> rows_;
};

}  // namespace tcm::cache
