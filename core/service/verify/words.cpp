// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/words.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::service {
namespace {

constexpr std::array<std::string_view, 3> kLevels{"quick", "normal", "deep"};

}  // namespace

std::span<const std::string_view> verify_levels() { return kLevels; }

std::string_view to_string(VerifyLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

Result<VerifyLevel> parse_level(std::string_view word) {
  const auto found = std::find(kLevels.begin(), kLevels.end(), word);
  if (found != kLevels.end()) return static_cast<VerifyLevel>(found - kLevels.begin());
  return fail(ErrorCode::usage,
              fmt::format("--level: '{}' is not one of {}", util::escape_control(word), fmt::join(kLevels, ", ")));
}

Result<std::set<cache::FindingId>> parse_findings(std::string_view option, const std::vector<std::string>& words) {
  std::set<cache::FindingId> ids;
  for (const std::string& list : words)
    for (const std::string_view part : util::split(list, ',')) {
      const std::string_view word = util::trim(part);
      if (word.empty()) continue;
      const auto id = cache::finding_of(word);
      if (!id) {
        std::vector<std::string_view> names;
        for (const cache::FindingText& text : cache::finding_texts()) names.push_back(text.name);
        return fail(ErrorCode::usage, fmt::format("{}: '{}' is not one of {}", option, util::escape_control(word),
                                                  fmt::join(names, ", ")));
      }
      ids.insert(*id);
    }
  return ids;
}

Result<std::string> parse_place(std::string_view option, const std::string& word) {
  std::string place = std::filesystem::path(word).lexically_normal().string();
  while (place.size() > 1 && place.ends_with('/')) place.pop_back();
  if (!place.starts_with('/'))
    return fail(ErrorCode::usage,
                fmt::format("{}: '{}' does not begin with a slash", option, util::escape_control(word)));
  if (util::escape_control(place) != place)
    return fail(ErrorCode::usage, fmt::format("{}: '{}' holds control characters", option, util::escape_control(word)));
  if (!util::is_valid_utf8(place))
    return fail(ErrorCode::usage,
                fmt::format("{}: '{}' is not UTF-8, which groups must be", option, util::escape_control(word)));
  return place;
}

Result<std::optional<cache::Release>> parse_triton(const std::optional<std::string>& word) {
  if (!word) return std::nullopt;
  const auto release = cache::parse_release(*word);
  // What a package adds to its version is no part of a release.
  const bool plain = word->find_first_not_of("0123456789.") == std::string::npos;
  if (!plain || !release || *release < cache::kOldestRelease)
    return fail(ErrorCode::usage, fmt::format("--triton: '{}' is not a release from {} on, such as 3.6",
                                              util::escape_control(*word), to_string(cache::kOldestRelease)));
  return release;
}

}  // namespace tcm::service
