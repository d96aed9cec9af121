// SPDX-License-Identifier: Apache-2.0
// Records and entries, as the index knows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/model/entry.hpp"

namespace tcm::index {

/// What the scan compares a directory with. `key_hash` is util::hash64 of the key.
struct KnownEntry {
  std::int64_t id = 0;  ///< of the record with ordinal 0
  std::uint64_t key_hash = 0;
  model::EntryStamp stamp;
};

/// The value of a column; nothing when it is absent.
using ColumnValue = std::variant<std::monostate, std::int64_t, std::string>;

/// The value of a resource or of a field of the metadata.
struct FieldValue {
  enum class Kind : std::uint8_t { absent, text, number, truth, json };
  Kind kind = Kind::absent;
  std::string text;  ///< a number, true or false, and json (a list or an object) as JSON writes them
};

/// One record without its artifacts and metadata: what a table shows.
struct Row {
  std::int64_t id = 0;
  std::string key;
  std::int64_t ordinal = 0;  ///< counts the records of one entry
  model::EntryKind kind = model::EntryKind::kernel;
  std::string name;
  std::string backend;
  std::string arch;
  std::string triton_version;
  std::optional<std::int64_t> num_warps, num_stages, num_ctas, warp_size, shared_bytes;
  model::ByteTotals bytes;
  std::int64_t file_count = 0;
  std::int64_t modified_ns = 0;
  model::EntryStamp stamp;  ///< of the entry when it was read
  std::int64_t first_seen_ns = 0;
  std::optional<std::int64_t> hits;         ///< of Triton's cache; absent when nobody counted
  std::optional<std::int64_t> last_hit_ns;  ///< absent when there was none, or nobody counted
  std::string root;
  std::string host;  ///< name; empty when no host was ever named
  model::Layout layout = model::Layout::triton;
  std::optional<std::int64_t> spill_bytes;
  /// See model::OwnReading; absent when reading the entry left no access times.
  std::optional<std::int64_t> used_ns, left_ns;
  std::int64_t elsewhere = 0;  ///< 1: its group names another directory than the root
  model::SkipReason problem = model::SkipReason::none;
  std::vector<ColumnValue> others;  ///< of the columns without a member here, in the order of the table
  std::vector<FieldValue> extra;    ///< of the requested fields
};

/// The rest of a record.
struct Detail {
  std::string metadata;  ///< JSON text; empty when the record has none
  std::vector<model::Artifact> artifacts;
  std::vector<model::Resource> resources;
  std::string problem_detail;
};

/// How many entries of a root have a problem, told apart by whether that makes them entries of kind broken.
struct ProblemCount {
  model::SkipReason reason = model::SkipReason::none;
  bool broken = false;
  std::int64_t entries = 0;

  bool operator==(const ProblemCount&) const = default;
};

/// What was counted of an entry elsewhere. Absent: not known.
struct EntryHistory {
  std::string key;
  std::optional<std::int64_t> hits;
  std::optional<std::int64_t> last_hit_ns;
  std::optional<std::int64_t> first_seen_ns;
};

}  // namespace tcm::index
