// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/metadata_needs.hpp"

#include <algorithm>

namespace tcm::cache {
namespace {

constexpr Release kFirst{3, 0};
constexpr Release kLast{999, 999, 999};

// clang-format off
constexpr std::array kNeeded = std::to_array<NeededField>({
    {"name", NeededType::text, kFirst, kLast, "", false},
    {"shared", NeededType::number, kFirst, kLast, "", false},
    {"target.backend", NeededType::text, kFirst, kLast, "", false},
    {"target.arch", NeededType::any, kFirst, kLast, "", false},
    {"target.warp_size", NeededType::any, kFirst, kLast, "", false},
    {"cluster_dims", NeededType::list, kFirst, {3, 5, 999}, "", false},
    {"warp_size", NeededType::number, {3, 9}, kLast, "", true},
    // What some backends read: their metadata is known by the field before the last column.
    {"warp_size", NeededType::number, kFirst, kLast, "waves_per_eu", true},
    {"num_warps", NeededType::number, kFirst, kLast, "waves_per_eu", false},
    {"num_warps", NeededType::number, kFirst, kLast, "maxnreg", false},
    {"num_ctas", NeededType::number, kFirst, kLast, "waves_per_eu", false},
    {"num_ctas", NeededType::number, kFirst, kLast, "maxnreg", false},
    {"launch_cooperative_grid", NeededType::any, {3, 3}, kLast, "waves_per_eu", true},
    {"launch_cooperative_grid", NeededType::any, {3, 3}, kLast, "launch_pdl", true},
    {"launch_pdl", NeededType::any, {3, 4}, kLast, "maxnreg", true},
    {"global_scratch_size", NeededType::number, {3, 3}, kLast, "global_scratch_align", true},
    {"global_scratch_align", NeededType::number, {3, 3}, kLast, "global_scratch_size", true},
    {"profile_scratch_size", NeededType::number, {3, 5}, kLast, "profile_scratch_align", true},
    {"profile_scratch_align", NeededType::number, {3, 5}, kLast, "profile_scratch_size", true},
});
// The names that only stand there.
constexpr std::array<std::string_view, 2> kMarks{"waves_per_eu", "maxnreg"};
// clang-format on

/// Where FieldsSeen keeps the type of a field; none of names that do not matter.
std::optional<std::size_t> place_of(std::string_view name) {
  for (std::size_t i = 0; i < kNeeded.size(); ++i)
    if (kNeeded[i].name == name) return i;
  for (std::size_t i = 0; i < kMarks.size(); ++i)
    if (kMarks[i] == name) return kNeeded.size() + i;
  return std::nullopt;
}

bool fits(NeededType needed, ValueType type) {
  if (type == ValueType::absent) return false;
  switch (needed) {
    case NeededType::any: return true;
    case NeededType::text: return type == ValueType::text;
    // For Python a truth value is a number.
    case NeededType::number: return type == ValueType::number || type == ValueType::boolean;
    case NeededType::list: return type == ValueType::list;
  }
  return true;
}

}  // namespace

std::span<const NeededField> needed_fields() { return kNeeded; }

void FieldsSeen::note(std::string_view name, ValueType type) {
  static_assert(kNeeded.size() + kMarks.size() <= kMaxFields);
  if (const auto place = place_of(name)) types_[*place] = type;
}

ValueType FieldsSeen::type_of(std::string_view name) const {
  const auto place = place_of(name);
  return place ? types_[*place] : ValueType::absent;
}

MissingFields FieldsSeen::missing(std::optional<Release> release) const {
  MissingFields missing;
  std::string_view last;
  for (const NeededField& field : kNeeded) {
    const bool every = field.from == kFirst && field.to == kLast;
    if (release ? (*release < field.from || *release > field.to) : !every) continue;
    if (!field.with.empty() && type_of(field.with) == ValueType::absent) continue;
    if (fits(field.type, type_of(field.name)) || field.name == last) continue;
    (missing.names += missing.names.empty() ? "" : ", ") += field.name;
    missing.at_start |= !field.at_launch;
    last = field.name;
  }
  return missing;
}

}  // namespace tcm::cache
