// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/redact.hpp"

#include <algorithm>
#include <array>

#include "core/util/text/text.hpp"

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

/// What libpq knows and holds no secret. A mistyped "password" is none of these.
bool is_public(std::string_view name) {
  constexpr auto kPublic = std::to_array<std::string_view>({"application_name",
                                                            "channel_binding",
                                                            "client_encoding",
                                                            "connect_timeout",
                                                            "dbname",
                                                            "fallback_application_name",
                                                            "gssencmode",
                                                            "gsslib",
                                                            "host",
                                                            "hostaddr",
                                                            "keepalives",
                                                            "keepalives_count",
                                                            "keepalives_idle",
                                                            "keepalives_interval",
                                                            "krbsrvname",
                                                            "load_balance_hosts",
                                                            "options",
                                                            "passfile",
                                                            "port",
                                                            "require_auth",
                                                            "requirepeer",
                                                            "service",
                                                            "ssl_max_protocol_version",
                                                            "ssl_min_protocol_version",
                                                            "sslcert",
                                                            "sslcompression",
                                                            "sslcrl",
                                                            "sslcrldir",
                                                            "sslkey",
                                                            "sslmode",
                                                            "sslrootcert",
                                                            "sslsni",
                                                            "target_session_attrs",
                                                            "tcp_user_timeout",
                                                            "user"});
  return std::find(kPublic.begin(), kPublic.end(), name) != kPublic.end();
}

std::string redacted_query(std::string_view rest) {
  const std::size_t question = rest.find('?');
  if (question == std::string_view::npos) return std::string(rest);
  std::string text(rest.substr(0, question + 1));
  bool after_secret = false;
  for (const std::string_view parameter : split(rest.substr(question + 1), '&')) {
    const std::size_t equals = parameter.find('=');
    // What has no name continues the value before it, of which an '&' was not encoded.
    if (equals == std::string_view::npos && after_secret) continue;
    if (!text.ends_with('?')) text += '&';
    after_secret = equals != std::string_view::npos && !is_public(lower_ascii(decoded(parameter.substr(0, equals))));
    text += after_secret ? parameter.substr(0, equals + 1) : parameter;
    if (after_secret) text += kHidden;
  }
  return text;
}

/// Where a value of libpq's other form ends: at a blank, or behind the quote that closes it.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  at = std::min(text.find_first_not_of(' ', at), text.size());
  const bool quoted = at < text.size() && text[at] == '\'';
  for (at += quoted ? 1 : 0; at < text.size() && text[at] != (quoted ? '\'' : ' '); ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + (quoted ? 1 : 0), text.size());
}

/// "postgresql:host=h password=…", with `text` from the first word on. Nothing from the first secret on shows: where it
/// ends only libpq can tell.
std::string redacted_words(std::string_view text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t equals = text.find('=', start);
    if (equals == std::string_view::npos) break;
    if (!is_public(lower_ascii(trim(text.substr(start, equals - start)))))
      return std::string(text.substr(0, equals + 1)).append(kHidden);
    start = end_of_value(text, equals + 1);
  }
  return std::string(text);
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
  constexpr std::string_view kScheme = "postgresql:";
  if (url.starts_with("service=")) return redacted_words(url);
  if (url.starts_with(kScheme) && mark != kScheme.size() - 1)
    return std::string(kScheme) += redacted_words(url.substr(kScheme.size()));
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
