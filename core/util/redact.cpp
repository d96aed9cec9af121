// SPDX-License-Identifier: Apache-2.0
#include "core/util/redact.hpp"

#include <algorithm>

#include "core/util/text.hpp"

namespace tcm::util {
namespace {

constexpr std::string_view kHidden = "***";

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Names of parameters may be percent-encoded, too.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool encoded =
        text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
    plain += encoded ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])) : text[i];
    if (encoded) i += 2;
  }
  return plain;
}

std::string redacted_parameter(std::string_view parameter) {
  const std::size_t equals = parameter.find('=');
  if (equals == std::string_view::npos) return std::string(parameter);
  const bool secret = lower_ascii(decoded(parameter.substr(0, equals))).find("password") != std::string::npos;
  return std::string(parameter.substr(0, equals + 1)) += secret ? kHidden : parameter.substr(equals + 1);
}

std::string redacted_query(std::string_view rest) {
  const std::size_t question = rest.find('?');
  if (question == std::string_view::npos) return std::string(rest);
  std::string text(rest.substr(0, question + 1));
  bool first = true;
  for (const std::string_view parameter : split(rest.substr(question + 1), '&')) {
    if (!first) text += '&';
    first = false;
    text += redacted_parameter(parameter);
  }
  return text;
}

/// libpq's other form, "postgresql:host=h password=…": where a value ends depends on quotes, so nothing after it shows.
std::string redacted_words(std::string_view text) {
  std::size_t at = lower_ascii(text).find("password");
  if (at != std::string::npos) at = text.find('=', at);
  if (at == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, at + 1)).append(kHidden);
}

/// A port that is none is a password that lacks its '@' and host. Ports of several hosts are between commas.
bool is_no_port(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") != std::string_view::npos &&
         text.find_first_of(",[]") == std::string_view::npos;
}

}  // namespace

std::string redact_url(std::string_view url) {
  constexpr std::string_view kMark = "://";
  const std::size_t mark = url.find(kMark);
  const bool words =
      url.starts_with("service=") || (url.starts_with("postgresql:") && !url.starts_with("postgresql://"));
  if (words) return redacted_words(url);
  if (mark == std::string_view::npos) return std::string(url);
  const std::size_t start = mark + kMark.size();
  const std::size_t colon = url.find(':', start);
  const std::size_t question = url.find('?', start);
  // A question mark before the first slash, and an '@' after it: it may be one inside a password.
  if (colon < question && question < url.find('/', start) && url.rfind('@') > question && url.rfind('@') < url.size())
    return std::string(url.substr(0, colon + 1)).append(kHidden);
  std::string text = redacted_query(url);
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos && colon != std::string_view::npos && url[start] != '[') {
    const std::size_t end = std::min(text.find_first_of("/?", start), text.size());
    if (colon < end && is_no_port(std::string_view(text).substr(colon + 1, end - colon - 1)))
      return text.replace(colon + 1, end - colon - 1, kHidden);
  }
  if (at == std::string::npos || colon >= at) return text;
  return text.substr(0, colon + 1).append(kHidden) += text.substr(at);
}

}  // namespace tcm::util
