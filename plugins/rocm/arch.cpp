// SPDX-License-Identifier: Apache-2.0
#include "plugins/rocm/arch.hpp"

#include <algorithm>

#include "plugins/common/text.hpp"

namespace tcm::rocm_backend {
namespace {

bool is_lower_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

// "gfx942", "gfx90a", "gfx1100", "gfx9-4-generic": the list grows with each LLVM release, so only the shape is asked.
bool is_processor(std::string_view name) {
  constexpr std::string_view kPrefix = "gfx";
  constexpr size_t kLongest = 32;
  if (!name.starts_with(kPrefix) || name.size() <= kPrefix.size() + 1 || name.size() > kLongest) return false;
  const std::string_view rest = name.substr(kPrefix.size());
  if (rest.front() < '0' || rest.front() > '9' || rest.back() == '-') return false;
  return std::all_of(rest.begin(), rest.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

// "sramecc+", "xnack-"
bool is_feature(std::string_view feature) {
  if (feature.size() < 2 || (feature.back() != '+' && feature.back() != '-')) return false;
  feature.remove_suffix(1);
  return std::all_of(feature.begin(), feature.end(), is_lower_or_digit);
}

bool are_features(std::string_view list) {
  while (true) {
    const size_t colon = list.find(':');
    if (!is_feature(list.substr(0, colon))) return false;
    if (colon == std::string_view::npos) return true;
    list.remove_prefix(colon + 1);
  }
}

}  // namespace

std::optional<std::string> arch_from_user(std::string_view word) {
  std::string name = plugin_common::lower(word);
  if (const size_t colon = name.find(':'); colon != std::string::npos) {
    if (!are_features(std::string_view(name).substr(colon + 1))) return std::nullopt;
    name.resize(colon);
  }
  return is_processor(name) ? std::optional(std::move(name)) : std::nullopt;
}

std::optional<std::string> arch_of_target(std::string_view target) {
  // Not the last dash: a generic processor ("gfx9-4-generic") and a feature that is off ("xnack-") have some, too.
  constexpr int kTripleParts = 4;
  for (int part = 0; part < kTripleParts; ++part) {
    const size_t dash = target.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    target.remove_prefix(dash + 1);
  }
  return arch_from_user(target);
}

std::optional<std::string> arch_from_metadata(std::string_view json) {
  const auto word = plugin_common::json_scalar(json);
  return word ? arch_from_user(*word) : std::nullopt;
}

std::optional<std::string> arch_for_people(std::string_view canonical) {
  return is_processor(canonical) ? std::optional(std::string(canonical)) : std::nullopt;
}

}  // namespace tcm::rocm_backend
