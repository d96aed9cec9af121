// SPDX-License-Identifier: Apache-2.0
#include "core/cache/format/key.hpp"

#include <algorithm>

#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_base32(char c) { return is_upper(c) || (c >= '2' && c <= '7'); }
constexpr bool is_base64(char c) { return is_lower(c) || is_upper(c) || util::is_digit(c) || c == '-' || c == '_'; }

}  // namespace

std::optional<KeyEncoding> key_encoding(std::string_view name) {
  const auto all = [name](auto test) { return std::all_of(name.begin(), name.end(), test); };
  switch (name.size()) {
    case 22:
      if (all(is_base64) && looks_random(name, KeyEncoding::base64_md5)) return KeyEncoding::base64_md5;
      break;
    case 26:
      if (all(is_base32)) return KeyEncoding::base32_md5;
      break;
    case 32:
      if (all(util::is_lower_hex)) return KeyEncoding::md5_hex;
      break;
    case 43:
      if (all(is_base64)) return KeyEncoding::base64;
      break;
    case 52:
      if (all(is_base32)) return KeyEncoding::base32;
      break;
    case 64:
      if (all(util::is_lower_hex)) return KeyEncoding::sha256_hex;
      break;
    default: break;
  }
  return std::nullopt;
}

bool looks_random(std::string_view name, KeyEncoding encoding) {
  if (encoding != KeyEncoding::base64 && encoding != KeyEncoding::base64_md5) return true;
  return std::any_of(name.begin(), name.end(), is_lower) && std::any_of(name.begin(), name.end(), is_upper);
}

}  // namespace tcm::cache
