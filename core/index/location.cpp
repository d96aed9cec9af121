// SPDX-License-Identifier: Apache-2.0
#include "core/index/location.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "core/index/sqlite/connection.hpp"
#include "core/util/text/redact.hpp"
#include "core/util/text/text.hpp"

namespace tcm::index {
namespace {

bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

/// A password with an '@' or a '/' of its own ends the password for libpq, which then prints the rest as a host; one
/// without a host behind it, as a port.
Result<Location> parse_server_url(const std::string& text) {
  const std::string_view rest = std::string_view(text).substr(text.find("://") + 3);
  const std::string_view before = rest.substr(0, rest.find('?'));
  const auto colon = before.find(':');
  const auto at = before.rfind('@');
  const bool broken = at != std::string_view::npos && colon < at &&
                      before.substr(colon, at - colon).find_first_of("@/") != std::string_view::npos;
  const bool lacks_host = at == std::string_view::npos && util::redact_url(text).find(":***") != std::string::npos;
  if (lacks_host)
    return fail(ErrorCode::usage, fmt::format("{}: is not a port; write postgresql://USER@HOST/DATABASE",
                                              util::escape_control(util::redact_url(text))));
  if (broken)
    return fail(ErrorCode::usage,
                fmt::format("{}: a password holds '@' or '/'; write %40 or %2F, or leave it to ~/.pgpass",
                            util::escape_control(util::redact_url(text))));
  return Location{Location::Kind::postgresql, text};
}

/// What names no file, but a server in words that lack their prefix or stand in quotes; it may hold a password.
bool is_misspelled_server(std::string_view path) {
  const std::string lower = util::lower_ascii(path);
  constexpr std::array<std::string_view, 6> kWords{"host=", "hostaddr=", "port=", "user=", "dbname=", "password="};
  return lower.find("postgresql:") != std::string::npos || lower.find("postgres:") != std::string::npos ||
         lower.find("password=") != std::string::npos ||
         std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return lower.starts_with(word); });
}

Result<Location> file_at(const std::string& path) {
  if (is_misspelled_server(path))
    return fail(ErrorCode::usage,
                "the index: looks like a database server and not like a path; write "
                "postgresql://USER@HOST/DATABASE or postgresql:host=HOST …, or ./NAME for a file");
  return Location{Location::Kind::sqlite, path};
}

}  // namespace

Result<Location> parse_location(const std::string& text) {
  const std::string_view all = text;
  if (all.starts_with("postgresql://") || all.starts_with("postgres://")) return parse_server_url(text);
  constexpr std::string_view kMemory = "memory:";
  if (all.starts_with(kMemory)) {
    TCM_ASSIGN(const Location copied, parse_location(text.substr(kMemory.size())));
    return Location{Location::Kind::memory, copied.kind == Location::Kind::sqlite ? copied.target : std::string()};
  }
  if (all.starts_with("service=")) return Location{Location::Kind::postgresql, text};
  constexpr std::string_view kWords = "postgresql:";
  if (all.starts_with(kWords)) return Location{Location::Kind::postgresql, text.substr(kWords.size())};
  for (const std::string_view scheme : {"sqlite://", "sqlite:"})
    if (all.starts_with(scheme)) return file_at(text.substr(scheme.size()));
  if (const auto end = all.find("://"); end != std::string_view::npos && is_scheme(all.substr(0, end)))
    return fail(ErrorCode::usage, fmt::format("{}: there is no index of the kind '{}'; name a file, sqlite:///PATH or "
                                              "postgresql://USER@HOST/DATABASE",
                                              util::escape_control(util::redact_url(text)), all.substr(0, end)));
  return file_at(text);
}

bool has_room(const std::string& location) {
  const auto place = parse_location(location);
  if (!place || place->kind != Location::Kind::sqlite) return true;
  return has_room_beside(place->target);
}

}  // namespace tcm::index
