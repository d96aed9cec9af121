// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/choices/limits.hpp"

#include <fmt/format.h>

#include "core/util/text/time.hpp"

namespace tcm::service {

Limits::Limits(const PlanContext& context) : context_(context) {
  std::vector<LimitState>& states = context.plan.limits;
  states.reserve(2);
  const PruneRequest& request = context.request;
  if (request.unused_since_ns) age_ = &states.emplace_back(LimitState{request.unused_rule});
  if (request.keep_newest) number_ = &states.emplace_back(LimitState{request.newest_rule});
}

bool Limits::is_surplus(const Candidate& candidate) {
  if (number_ == nullptr) return false;
  std::string group;
  for (const std::string& word : context_.request.group_by) {
    const std::string value = value_of(candidate, word);
    group += fmt::format("{}:{}", value.size(), value);
  }
  return ++counts_[group] > *context_.request.keep_newest;
}

std::string Limits::reason_for(const Candidate& candidate, const PlanItem& item, bool surplus) {
  const bool unused = age_ != nullptr && item.last_use_ns <= *context_.request.unused_since_ns;
  if (unused) ++age_->entries;
  if (surplus) ++number_->entries;
  if (surplus) return fmt::format("not among the newest {} of {}", *context_.request.keep_newest, group_of(candidate));
  return unused ? "last used " + util::format_age(context_.now_ns, item.last_use_ns) + " ago" : std::string();
}

/// "matmul_kernel, 90"
std::string Limits::group_of(const Candidate& candidate) const {
  std::string group;
  for (const std::string& word : context_.request.group_by) {
    if (!group.empty()) group += ", ";
    group += value_of(candidate, word);
  }
  return group;
}

std::string Limits::value_of(const Candidate& candidate, const std::string& word) const {
  if (word == "name") return candidate.name;
  if (word == "backend") return candidate.backend;
  if (word == "arch") return candidate.arch;
  if (word == "version") return candidate.triton_version;
  return context_.roots.root(candidate.root).path();
}

}  // namespace tcm::service
