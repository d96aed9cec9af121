// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "core/index/values/columns.hpp"

namespace tcm::index {

/// The version of the schema that this release reads and writes.
inline constexpr int kSchemaVersion = 8;

/// Turns a schema of version `to` - 1 into one of version `to`. `statements` run in one transaction, see with_types().
struct Migration {
  int to;
  std::span<const std::string_view> statements;
};

/// What an index is opened with. Both lists must outlive it.
struct Schema {
  RecordColumns columns = record_columns();
  std::span<const Migration> migrations{};  ///< none: those of this release
};

}  // namespace tcm::index
