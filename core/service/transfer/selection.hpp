// SPDX-License-Identifier: Apache-2.0
// Which entries of a cache directory are carried.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cache/read/root.hpp"
#include "core/index/index.hpp"
#include "core/model/words.hpp"
#include "core/service/backends.hpp"
#include "core/service/query/filters.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// Filled while entries are carried. Every member may be read at any time.
struct TransferProgress {
  std::atomic<std::uint64_t> entries{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> expected{0};  ///< entries; 0: not known
  std::atomic<bool> stop{false};           ///< set it to end the run
};

struct SelectionRequest {
  std::string cache_dir;                  ///< absolute or not
  std::optional<model::Layout> layout{};  ///< absent: told by shape
  FilterWords filters{};                  ///< without cache directories
  bool modules = true;                    ///< helper modules, too, which no filter names
  unsigned jobs = 1;
};

struct SelectedRoot {
  cache::Root root;
  std::string relative;           ///< to the cache directory; empty: it is that
  std::vector<std::string> keys;  ///< in ascending order
};

struct Selection {
  std::string cache_dir;  ///< canonical
  model::Layout layout = model::Layout::triton;
  std::vector<SelectedRoot> roots;  ///< in ascending order of their relative paths
  std::vector<Error> unread;        ///< parts that could not be read

  std::uint64_t size() const;
};

/// Whether a selection asks the index: there is a filter.
bool needs_index(const SelectionRequest& request);

/// All that lies in the roots, or what the filters choose of it: then `index` is brought in step with the disk first.
/// It may be null without filters. Errors: usage, missing, denied, busy, interrupted, failed.
Result<Selection> select_entries(const SelectionRequest& request, index::Index* index, const Backends& backends,
                                 TransferProgress& progress);

}  // namespace tcm::service
