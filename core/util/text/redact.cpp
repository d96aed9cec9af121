// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/redact.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/util/text/text.hpp"

namespace tcm::util {
namespace {

constexpr std::string_view kHidden = "***";
/// What a sentence puts behind a URL.
constexpr std::string_view kPunctuation = ":;,.)";

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

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && kPunctuation.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

bool is_scheme_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+' || c == '-' || c == '.';
}

/// Where the URL ends whose "://" ends at `at`. What follows it in a sentence is not of it.
std::size_t end_of_url(std::string_view line, std::size_t at) {
  constexpr std::string_view kEnds = " \t\n'\"";
  std::size_t end = std::min(line.find_first_of(kEnds, at), line.size());
  const std::string_view word = line.substr(at, end - at);
  const std::string_view server = word.substr(0, word.find_first_of("/?"));
  const std::size_t colon = server.find(':');
  if (word.find('@') == std::string_view::npos && colon != std::string_view::npos && server.front() != '[' &&
      is_no_port(trim_end(server.substr(colon + 1)))) {
    // A password that was cut at one of its own characters.
    const std::size_t at_sign = line.substr(0, line.find("://", end)).rfind('@');
    if (at_sign != std::string_view::npos && at_sign > end)
      end = std::min(line.find_first_of(kEnds, at_sign), line.size());
  }
  while (end > at && kPunctuation.find(line[end - 1]) != std::string_view::npos) --end;
  return end;
}

std::string with_urls_redacted(std::string_view line) {
  constexpr std::string_view kMark = ":/";
  std::string shown;
  std::size_t done = 0;
  for (std::size_t mark = line.find(kMark); mark != std::string_view::npos; mark = line.find(kMark, mark + 1)) {
    std::size_t start = mark;
    while (start > done && is_scheme_letter(line[start - 1])) --start;
    const std::string_view scheme = line.substr(start, mark - start);
    // A URL that was taken for a path may have lost a slash.
    const bool whole = line.substr(mark).starts_with("://");
    if (mark < done || (!whole && scheme != "postgresql" && scheme != "postgres")) continue;
    const std::size_t server = mark + (whole ? 3 : 2);
    const std::size_t end = end_of_url(line, server);
    std::string url = redact_url(fmt::format("{}://{}", scheme, line.substr(server, end - server)));
    if (!whole) url.erase(scheme.size() + 1, 1);
    shown.append(line.substr(done, start - done)).append(url);
    done = end;
  }
  return shown.append(line.substr(done));
}

/// "password = 'x'", "sslpassword=x".
std::string with_words_redacted(std::string_view line) {
  constexpr std::string_view kWord = "password";
  const std::string lower = lower_ascii(line);
  std::string shown;
  std::size_t done = 0;
  for (std::size_t at = lower.find(kWord); at != std::string::npos; at = lower.find(kWord, at + kWord.size())) {
    const std::size_t equals = line.find_first_not_of(' ', at + kWord.size());
    if (at < done || equals == std::string_view::npos || line[equals] != '=') continue;
    if (trim(line.substr(equals + 1)).starts_with(kHidden)) continue;
    shown.append(line.substr(done, equals + 1 - done)).append(kHidden);
    done = end_of_value(line, equals + 1);
  }
  return shown.append(line.substr(done));
}

}  // namespace

void hide_word(std::string& line, std::string_view secret) {
  constexpr std::size_t kShortest = 4;
  const auto is_in_word = [&line](std::size_t at) {
    const char c = at < line.size() ? lower_ascii(line.substr(at, 1)).front() : ' ';
    return (c >= 'a' && c <= 'z') || is_digit(c);
  };
  if (secret.size() < kShortest) return;
  for (auto at = line.find(secret); at != std::string::npos; at = line.find(secret, at + kHidden.size()))
    if ((at == 0 || !is_in_word(at - 1)) && !is_in_word(at + secret.size())) line.replace(at, secret.size(), kHidden);
}

std::string redact_text(std::string_view line) { return with_words_redacted(with_urls_redacted(line)); }

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
