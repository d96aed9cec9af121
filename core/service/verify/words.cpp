// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/util/text/text.hpp"

namespace tcm::service {

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

Result<std::optional<cache::Release>> parse_triton(const std::optional<std::string>& word) {
  if (!word) return std::nullopt;
  const auto release = cache::parse_release(*word);
  if (!release || *release < cache::kOldestRelease)
    return fail(ErrorCode::usage, fmt::format("--triton: '{}' is not a release from {} on, such as 3.6",
                                              util::escape_control(*word), to_string(cache::kOldestRelease)));
  return release;
}

}  // namespace tcm::service
