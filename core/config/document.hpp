// SPDX-License-Identifier: Apache-2.0
// A file of settings as it stands: its values with their places in the text. What they mean is the table's (key.hpp).
// The only part of tcm that knows TOML (https://toml.io/en/v1.0.0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/util/result.hpp"

namespace tcm::config {

enum class LeafKind : std::uint8_t {
  string,
  integer,
  boolean,
  list,       ///< of strings
  container,  ///< a table, any other list
  other,      ///< a number with a fraction, a date, a time
};

struct Leaf {
  std::string key;        ///< with its section: "prune.grace"
  std::size_t line = 0;   ///< of the value, from 1
  std::size_t begin = 0;  ///< of the value in the text, in bytes
  std::size_t end = 0;
  LeafKind kind = LeafKind::other;
  std::string text;               ///< of a string, integer or boolean; of the others what it is: "a table"
  std::vector<std::string> list;  ///< of LeafKind::list
};

enum class SectionForm : std::uint8_t { header, dotted, in_line };

/// A table on top: [prune], prune.grace = …, or prune = { grace = … }.
struct Section {
  std::string name;
  SectionForm form = SectionForm::header;
  std::size_t line = 0;  ///< where it begins, from 1
  std::size_t end = 0;   ///< of an in-line table: the byte behind its brace
};

struct Document {
  std::vector<Leaf> leaves;       ///< in the order of the text
  std::vector<Section> sections;  ///< in the order of the text
};

/// Reads TOML. `path` is for errors: "PATH:LINE: …" (ErrorCode::usage). Tables in tables are leaves of
/// LeafKind::container.
Result<Document> parse_document(std::string_view text, const std::string& path);

/// `text` as a TOML string, quotes included. It must be UTF-8.
std::string toml_string(std::string_view text);

}  // namespace tcm::config
