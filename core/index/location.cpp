// SPDX-License-Identifier: Apache-2.0
#include "core/index/location.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "core/util/redact.hpp"
#include "core/util/text.hpp"

namespace tcm::index {
namespace {

bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

}  // namespace

Result<Location> parse_location(const std::string& text) {
  const std::string_view all = text;
  if (all.starts_with("postgresql://") || all.starts_with("postgres://"))
    return Location{Location::Kind::postgresql, text};
  if (all.starts_with("service=")) return Location{Location::Kind::postgresql, text};
  constexpr std::string_view kWords = "postgresql:";
  if (all.starts_with(kWords)) return Location{Location::Kind::postgresql, text.substr(kWords.size())};
  for (const std::string_view scheme : {"sqlite://", "sqlite:"})
    if (all.starts_with(scheme)) return Location{Location::Kind::sqlite, text.substr(scheme.size())};
  if (const auto end = all.find("://"); end != std::string_view::npos && is_scheme(all.substr(0, end)))
    return fail(ErrorCode::usage, fmt::format("{}: there is no index of the kind '{}'; name a file, sqlite:///PATH or "
                                              "postgresql://USER@HOST/DATABASE",
                                              util::escape_control(util::redact_url(text)), all.substr(0, end)));
  return Location{Location::Kind::sqlite, text};
}

}  // namespace tcm::index
