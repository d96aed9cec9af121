// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/release.hpp"

#include <charconv>

#include <fmt/format.h>

#include "core/cache/format/key.hpp"

namespace tcm::cache {

std::optional<Release> parse_release(std::string_view text) {
  constexpr int kMost = 999;
  Release release;
  const char* const end = text.data() + text.size();
  const auto [dot, no_major] = std::from_chars(text.data(), end, release.major);
  if (no_major != std::errc() || dot == end || *dot != '.') return std::nullopt;
  const auto [rest, no_minor] = std::from_chars(dot + 1, end, release.minor);
  if (no_minor != std::errc()) return std::nullopt;
  if (rest != end && *rest == '.') std::from_chars(rest + 1, end, release.patch);
  if (release.major < 0 || release.minor < 0 || release.major > kMost || release.minor > kMost || release.patch < 0)
    return std::nullopt;
  return release;
}

std::string to_string(Release release) { return fmt::format("{}.{}", release.major, release.minor); }

std::optional<Release> release_of(std::string_view triton_version, std::string_view key) {
  // Only 3.3 and later say which they are.
  if (const auto said = parse_release(triton_version); said && *said >= Release{3, 0}) return said;
  switch (key_encoding(key).value_or(KeyEncoding::base32)) {
    case KeyEncoding::md5_hex: return kOldestRelease;
    case KeyEncoding::sha256_hex: return Release{3, 1};
    case KeyEncoding::base64:
    case KeyEncoding::base64_md5: return Release{3, 2};
    case KeyEncoding::base32:
    case KeyEncoding::base32_md5: break;
  }
  return std::nullopt;
}

}  // namespace tcm::cache
