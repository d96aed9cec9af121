// SPDX-License-Identifier: Apache-2.0
// From the records that match a user's filters to the entries that they lie in.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cache/read/file_system.hpp"
#include "core/cache/read/root.hpp"
#include "core/index/index.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// The roots that a plan is about, open for reading.
class RootSet {
 public:
  /// Opens them all; one that cannot be opened is left out, and named in `failures`.
  static RootSet open(const std::vector<std::string>& paths, std::vector<Error>& failures);
  /// The same with those alone in which this process may change something.
  static RootSet open_to_change(const std::vector<std::string>& paths, std::vector<Error>& failures);

  std::size_t size() const { return roots_.size(); }
  const cache::Root& root(std::uint32_t position) const { return roots_[position].root; }
  const cache::FileSystem& file_system(std::uint32_t position) const { return roots_[position].file_system; }
  std::optional<std::uint32_t> find(const std::string& path) const;
  std::vector<std::string> paths() const;
  std::vector<cache::RootId> ids() const;  ///< in the same order

 private:
  struct OpenRoot {
    cache::Root root;
    cache::FileSystem file_system;
  };
  std::vector<OpenRoot> roots_;
  std::unordered_map<std::string, std::uint32_t> positions_;
};

/// One entry with those of its records that match.
struct Candidate {
  std::uint32_t root = 0;
  std::string key;
  std::int64_t record_id = 0;          ///< of the first record
  std::vector<std::int64_t> ordinals;  ///< of the records that match
  std::string name;                    ///< of the first
  std::string backend;                 ///< of the first
  std::string arch;                    ///< of the first
  std::string triton_version;          ///< of the first
  model::EntryKind kind = model::EntryKind::kernel;
  model::SkipReason problem = model::SkipReason::none;  ///< of the first
  model::EntryStamp stamp;
  std::int64_t last_hit_ns = 0;  ///< of any of the records that match, as far as anybody counted; 0: none
  std::uint64_t kernels = 0;
  model::ByteTotals bytes;  ///< of the records that match
};

/// Calls `each` for the entries of these roots that hold a record that matches; in order of key, or the newest first.
/// Stops at the first error of `each` and passes it on. Other errors: those of the index.
Result<void> for_each_candidate(const index::Criteria& criteria, bool newest_first, const RootSet& roots,
                                index::Index& index, const std::function<Result<void>(Candidate&& candidate)>& each);

}  // namespace tcm::service
