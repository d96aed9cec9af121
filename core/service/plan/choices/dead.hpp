// SPDX-License-Identifier: Apache-2.0
// What can be of no use here any more: see DeadRules.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/service/plan/plan_maker.hpp"
#include "core/service/verify/entry_checker.hpp"

namespace tcm::service {

struct Death {
  Cause cause = Cause::wanted;
  std::string reason;  ///< a few words
};

/// Asks the rules of the request about one candidate after another. One thread.
class DeadEntries {
 public:
  /// Borrows the context. Looks at all candidates once where the last use of a release decides. Errors: usage (an
  /// architecture that is none), interrupted, those of the index.
  static Result<DeadEntries> create(const PlanContext& context, const std::vector<std::string>& cache_dirs);

  std::optional<Death> find(const Candidate& candidate) const;

 private:
  explicit DeadEntries(const PlanContext& context) : context_(&context) {}
  Result<void> read_archs();
  Result<void> find_uses();
  Result<void> open_checker(const std::vector<std::string>& cache_dirs);
  std::optional<Death> version_of(const Candidate& candidate) const;
  bool is_listed(std::int64_t rank) const;
  bool has_device(const Candidate& candidate) const;
  bool lacks_libraries(const Candidate& candidate) const;

  const PlanContext* context_;
  std::vector<std::vector<index::VersionBound>> versions_;  // a candidate is of one when it is within all its bounds
  std::vector<index::ArchMatch> archs_;
  std::map<std::string, std::int64_t> last_use_ns_;  // of releases
  std::unique_ptr<VerifyRequest> checks_;            // which the checker borrows
  std::optional<EntryChecker> checker_;
  std::unordered_map<std::string, std::size_t> checked_roots_;  // and their positions
};

}  // namespace tcm::service
