// SPDX-License-Identifier: Apache-2.0
// What a run of verify found, in a temporary file: a cache may hold a million entries, and each may be at fault.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/cache/verify/finding.hpp"
#include "core/util/result.hpp"
#include "core/util/system/spool.hpp"

namespace tcm::service {

struct FoundFinding {
  std::string root;
  std::string key;  ///< empty: it is about the root, and Finding::file is a whole path
  cache::Finding finding;
};

/// One thread at a time.
class Findings {
 public:
  /// Errors: those of a spool.
  static Result<Findings> create();

  /// `sequence` orders findings of one severity. Errors: failed (no room).
  Result<void> add(std::uint64_t sequence, const FoundFinding& found);

  /// In order: errors first, then by sequence. May be called more than once. Stops at the first error of `each`.
  Result<void> for_each(const std::function<Result<void>(const FoundFinding& found)>& each);

  std::uint64_t count(cache::Severity severity) const;
  std::uint64_t count() const { return places_.size(); }
  /// How many of each id.
  const std::map<cache::FindingId, std::uint64_t>& by_id() const { return by_id_; }
  /// Of each thing that mends how many findings want it; without Repair::none.
  const std::map<cache::Repair, std::uint64_t>& by_repair() const { return by_repair_; }

 private:
  struct Place {
    std::uint64_t rank;
    std::uint64_t position;
    auto operator<=>(const Place&) const = default;
  };

  explicit Findings(util::Spool spool) : spool_(std::move(spool)) {}

  util::Spool spool_;
  std::vector<Place> places_;
  bool sorted_ = true;
  std::map<cache::FindingId, std::uint64_t> by_id_;
  std::map<cache::Repair, std::uint64_t> by_repair_;
  std::map<cache::Severity, std::uint64_t> by_severity_;
};

}  // namespace tcm::service
