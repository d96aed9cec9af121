// SPDX-License-Identifier: Apache-2.0
// The limits that need no measuring: of age, and of the number of kernels of a group. Each is a reason to go by itself.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "core/service/plan/plan_maker.hpp"

namespace tcm::service {

/// Asks the limits about one candidate after another. One thread.
class Limits {
 public:
  /// Borrowed; fills Plan::limits.
  explicit Limits(const PlanContext& context);

  /// Whether candidates have to come from the newest on.
  bool newest_first() const { return context_.request.keep_newest.has_value(); }

  /// Counts the candidate in its group; true when so many newer ones of it are kept already. Once for each candidate.
  bool is_surplus(const Candidate& candidate);

  /// Why a limit chooses the candidate, in a few words, and counts that; empty when none does.
  std::string reason_for(const Candidate& candidate, const PlanItem& item, bool surplus);

 private:
  std::string group_of(const Candidate& candidate) const;
  std::string value_of(const Candidate& candidate, const std::string& word) const;

  const PlanContext& context_;
  LimitState* age_ = nullptr;
  LimitState* number_ = nullptr;
  // By the text itself: names come from the cache, and whoever chose them to collide in a hash would have one kernel
  // count as another's.
  std::unordered_map<std::string, std::uint64_t> counts_;
};

}  // namespace tcm::service
