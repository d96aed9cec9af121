// SPDX-License-Identifier: Apache-2.0
// What two caches have and have not, as people and programs read it.
#pragma once

#include <memory>

#include "cli/output/formats.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/table.hpp"
#include "cli/run/context.hpp"
#include "core/service/compare/cache_diff.hpp"

namespace tcm::cli {

/// Prints entries while they come in.
class CacheDiffOutput {
 public:
  CacheDiffOutput(Context& context, Format format);

  void add(const service::DifferingEntry& entry);
  /// What stands below the entries.
  void finish(const service::CacheDiffTotals& totals);

 private:
  void write(const service::DifferingEntry& entry);

  Context& context_;
  std::unique_ptr<JsonWriter> json_;  // null: for people
  std::unique_ptr<Table> table_;
};

}  // namespace tcm::cli
