// SPDX-License-Identifier: Apache-2.0
// What users call findings and releases.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/format/release.hpp"
#include "core/cache/verify/finding.hpp"
#include "core/service/verify/verify.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// "quick", "normal", "deep": in the order of VerifyLevel.
std::span<const std::string_view> verify_levels();
std::string_view to_string(VerifyLevel level);
/// Errors: usage, naming the words.
Result<VerifyLevel> parse_level(std::string_view word);

/// "paths-elsewhere,leftover" as ids. Errors (usage) name `option`, the word and all ids.
Result<std::set<cache::FindingId>> parse_findings(std::string_view option, const std::vector<std::string>& words);

/// Where processes see a cache directory: an absolute path, without dots and slashes that say nothing. Errors (usage)
/// name the option; groups can hold UTF-8 alone.
Result<std::string> parse_place(std::string_view option, const std::string& word);

/// "3.6" as a release; nothing when no word was given. Errors: usage.
Result<std::optional<cache::Release>> parse_triton(const std::optional<std::string>& word);

}  // namespace tcm::service
