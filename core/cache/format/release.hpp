// SPDX-License-Identifier: Apache-2.0
// Releases of Triton. All functions are pure.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tcm::cache {

struct Release {
  int major = 0;
  int minor = 0;
  int patch = 0;
  auto operator<=>(const Release&) const = default;
};

/// The oldest release whose look-ups are known: 2.0 wrote no group.
inline constexpr Release kOldestRelease{2, 1};
/// The newest release whose look-ups are known. Later ones, and what others call a later one, are taken to do the same,
/// and to read what they wrote.
inline constexpr Release kNewestRelease{3, 9};

/// Reads "3.6", "3.6.0" or "3.7.4+fb" (a number that is not there is 0); none of what does not begin with two numbers.
std::optional<Release> parse_release(std::string_view text);

/// "3.6".
std::string to_string(Release release);

/// The release that wrote an entry: what its metadata says or, up to 3.2, what the encoding of its key tells. None
/// when neither does.
std::optional<Release> release_of(std::string_view triton_version, std::string_view key);

}  // namespace tcm::cache
