// SPDX-License-Identifier: Apache-2.0
// The SQLite files of the tools before this one. Both call their main table `kernels`, with the key in `hash` and the
// root in `cache_dir`; the second has more tables, for the kernels of vLLM and of others, in a file of their own. Which
// columns there are differs from release to release (source: the SQLAlchemy models of triton_cache_manager and
// model_cache_manager, `data/db_models.py` of github.com/redhat-et/MCU).
//
// A file is only read, and what it says is data: its directories may be anywhere, or nowhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/index/values/records.hpp"
#include "core/util/result.hpp"

namespace tcm::index {

/// A directory of which such a file knows kernels.
struct LegacyDirectory {
  std::string path;       ///< they are in the root at it, or in roots below it; as it was typed, perhaps relative
  std::string cache_dir;  ///< that holds it, as it was typed
  std::int64_t kernels = 0;
};

/// One file; one thread at a time.
class LegacyIndex {
 public:
  /// Errors: missing; denied; corrupt (no database, damaged, or of another program).
  static Result<LegacyIndex> open(const std::string& path);
  ~LegacyIndex();
  LegacyIndex(LegacyIndex&&) noexcept;
  LegacyIndex& operator=(LegacyIndex&&) noexcept;

  Result<std::vector<LegacyDirectory>> directories();
  /// How many rows have no key, or no directory, that one could look for.
  Result<std::int64_t> unusable();
  /// Calls `each` for every key in these directories, which are several spellings of one: hits are added up. Times are
  /// nanoseconds since 1970 UTC; one that cannot be is absent. Streams; ends with the first error that `each` returns.
  Result<void> history(const std::vector<std::string>& paths, const std::function<Result<void>(EntryHistory)>& each);

 private:
  class Impl;
  explicit LegacyIndex(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcm::index
