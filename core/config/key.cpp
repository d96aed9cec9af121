// SPDX-License-Identifier: Apache-2.0
#include "core/config/key.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/util/text/bytes.hpp"
#include "core/util/text/redact.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/time.hpp"

namespace tcm::config {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

struct Alias {
  std::string_view word;
  std::string_view meaning;
};
// As the original tool and most loggers spell it.
constexpr std::array<Alias, 1> kAliases{{{"warn", "warning"}}};

struct Range {
  std::uint64_t low = 0;
  std::uint64_t high = std::numeric_limits<std::int64_t>::max();
};

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Range range_of(const Key& key) {
  if (key.type == Type::percent) return {1, 100};
  const auto bounds = util::split(key.words, ' ');
  if (bounds.size() != 2) return {};
  return {number_of(bounds[0]).value_or(0), number_of(bounds[1]).value_or(0)};
}

std::optional<Value> parse_number(const Key& key, std::string_view text) {
  if (key.type == Type::percent && text.ends_with('%')) text = util::trim(text.substr(0, text.size() - 1));
  const auto number = number_of(text);
  const Range range = range_of(key);
  if (!number || *number < range.low || *number > range.high) return std::nullopt;
  return *number;
}

std::optional<Value> parse_boolean(std::string_view text) {
  const std::string word = util::lower_ascii(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  return std::nullopt;
}

std::optional<Value> parse_word(const Key& key, std::string_view text) {
  std::string word = util::lower_ascii(text);
  for (const Alias& alias : kAliases)
    if (alias.word == word) word = alias.meaning;
  const auto words = util::split(key.words, ' ');
  if (std::find(words.begin(), words.end(), word) == words.end()) return std::nullopt;
  return word;
}

/// libpq's other form: "postgresql:key=value …", "service=NAME".
bool has_words(std::string_view text) {
  constexpr std::string_view kScheme = "postgresql:";
  const bool scheme = text.starts_with(kScheme);
  if (scheme) text.remove_prefix(kScheme.size());
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) return false;
  const std::string_view word = text.substr(0, equals);
  return scheme ? word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_ ") == std::string_view::npos : word == "service";
}

/// "sqlite3:" and the like: most likely a URL of a kind that does not exist, and for a file there is "./".
bool has_other_scheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  constexpr std::string_view kSchemeChars = "abcdefghijklmnopqrstuvwxyz0123456789";
  return colon != std::string_view::npos && colon >= 2 && text.find_first_not_of(kSchemeChars) == colon;
}

std::optional<Value> parse_database(std::string_view text) {
  if (text.starts_with("postgresql://") || text.starts_with("postgres://") || has_words(text)) return std::string(text);
  if (text.starts_with("postgresql:") || text.starts_with("service=")) return std::nullopt;
  std::string_view path = text;
  if (text.starts_with(kSqlite)) {
    path.remove_prefix(kSqlite.size());
    if (path.starts_with("//")) path.remove_prefix(2);
    // sqlite://x would name a host.
    if (path.empty() || (text.starts_with("sqlite://") && path.front() != '/')) return std::nullopt;
  } else if (text.find("://") != std::string_view::npos || has_other_scheme(text) ||
             (text.starts_with("postgres") && text.find('@') != std::string_view::npos)) {
    return std::nullopt;  // "postgres//user@host" is a slip of the hand, and a path with a password
  }
  return std::string(kSqlite).append(path);
}

template <class T>
std::optional<Value> value_of(const Result<T>& result) {
  if (!result) return std::nullopt;
  return Value(*result);
}

/// The largest unit that says it exactly, so that it reads back as the same.
std::string duration_text(std::int64_t duration) {
  struct Unit {
    char name;
    std::int64_t length;
  };
  for (const Unit unit : {Unit{'d', util::kDay}, Unit{'h', util::kHour}, Unit{'m', util::kMinute}})
    if (duration != 0 && duration % unit.length == 0) return fmt::format("{}{}", duration / unit.length, unit.name);
  return fmt::format("{}s", duration / util::kSecond);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::string_view kUnits = "TGMK";
  std::uint64_t unit = std::uint64_t{1} << 40;
  for (const char name : kUnits) {
    if (bytes != 0 && bytes % unit == 0) return fmt::format("{}{}iB", bytes / unit, name);
    unit >>= 10;
  }
  return std::to_string(bytes);
}

std::string number_text(const Key& key, std::uint64_t number) {
  if (key.type == Type::size) return size_text(number);
  return fmt::format("{}{}", number, key.type == Type::percent ? "%" : "");
}

/// "10%" or "5GiB", normalised.
std::optional<Value> parse_space(std::string_view text) {
  if (!text.ends_with('%')) {
    const auto bytes = util::parse_bytes(text);
    return bytes ? std::optional<Value>(size_text(*bytes)) : std::nullopt;
  }
  const auto percent = number_of(util::trim(text.substr(0, text.size() - 1)));
  if (!percent || *percent < 1 || *percent > 100) return std::nullopt;
  return std::to_string(*percent) + "%";
}

std::string form_of_type(const Key& key) {
  switch (key.type) {
    case Type::text: return "a text";
    case Type::path: return "a path";
    case Type::paths: return "a path, or a list of paths";
    case Type::database: return "a path, sqlite:PATH or postgresql://USER@HOST/DATABASE";
    case Type::boolean: return "true or false";
    case Type::percent: return "a percentage from 1 to 100, such as 80%";
    case Type::size: return "a number of bytes or a number with a unit, such as 512, 64K, 1.5GiB or 2GB";
    case Type::space: return "a size such as 512MiB or 20G, or a percentage of the file system from 1% to 100%";
    case Type::duration: return "a whole number and one of s m h d w mo y, such as 30s, 12h or 7d";
    case Type::count:
      return key.words.empty() ? "a whole number"
                               : fmt::format("a number from {} to {}", range_of(key).low, range_of(key).high);
    case Type::word: break;
  }
  const auto words = util::split(key.words, ' ');
  return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

}  // namespace

const Key* find_key(std::string_view name) {
  for (const Key& key : setting_keys())
    if (key.name == name) return &key;
  return nullptr;
}

bool is_section(std::string_view name) {
  const auto keys = setting_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const Key& key) {
    return key.name.size() > name.size() && key.name.starts_with(name) && key.name[name.size()] == '.';
  });
}

std::string suggestion_for(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Key& key : setting_keys()) {
    names.push_back(key.name);
    const std::size_t dot = key.name.find('.');
    if (dot != std::string_view::npos) names.push_back(key.name.substr(0, dot));
  }
  // "max_size" is not near "prune.max_size", nor is "prune.low" near "prune.low_water", but surely meant so.
  for (const std::string_view full : names) {
    const bool tail = full.ends_with(name) && full.substr(0, full.size() - name.size()).ends_with('.');
    if (tail || (name.find('.') != std::string_view::npos && full.starts_with(name)))
      return fmt::format("; did you mean {}?", full);
  }
  const auto meant = util::closest(name, names);
  return meant ? fmt::format("; did you mean {}?", *meant) : std::string();
}

Error unknown_key(std::string_view name, std::string_view place) {
  std::string advice = is_section(name) ? fmt::format("; it is a section: [{}]", name) : suggestion_for(name);
  if (advice.empty()) advice = "; `tcm config show` lists the settings";
  return {ErrorCode::usage, fmt::format("{}{}unknown setting '{}'{}", place, place.empty() ? "" : ": ", name, advice)};
}

std::string form_of(const Key& key) {
  return form_of_type(key) + (key.optional() && key.type != Type::paths && key.type != Type::path ? ", or none" : "");
}

std::optional<Value> parse_value(const Key& key, std::string_view text) {
  // Blanks may be part of a path.
  if (key.type != Type::text && key.type != Type::path && key.type != Type::paths) text = util::trim(text);
  if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  if (key.optional() && text == "none") return Value(std::monostate{});
  switch (key.type) {
    case Type::text:
    case Type::path: return Value(std::string(text));
    case Type::paths: return Value(std::vector<std::string>{std::string(text)});
    case Type::database: return parse_database(text);
    case Type::boolean: return parse_boolean(text);
    case Type::count:
    case Type::percent: return parse_number(key, text);
    case Type::size: return value_of(util::parse_bytes(text));
    case Type::space: return parse_space(text);
    case Type::duration: return value_of(util::parse_duration(text));
    case Type::word: break;
  }
  return parse_word(key, text);
}

std::string to_text(const Key& key, const Value& value) {
  struct Visitor {
    const Key& key;
    std::string operator()(std::monostate) const { return "none"; }
    std::string operator()(bool on) const { return on ? "true" : "false"; }
    std::string operator()(std::uint64_t number) const { return number_text(key, number); }
    std::string operator()(std::int64_t duration) const { return duration_text(duration); }
    std::string operator()(const std::string& text) const {
      return key.type == Type::database ? util::redact_url(text) : util::redact_text(text);
    }
    std::string operator()(const std::vector<std::string>& list) const {
      return util::redact_text(fmt::format("{}", fmt::join(list, ", ")));
    }
  };
  return std::visit(Visitor{key}, value);
}

std::string wrong_value(const Key& key, std::string_view subject, std::string_view shown) {
  // What is no URL cannot be searched for its password.
  const bool may_hold_secret = key.type == Type::database && (shown.find('@') != std::string_view::npos ||
                                                              shown.find("password") != std::string_view::npos);
  return fmt::format("{} is {}; it must be {}", subject, may_hold_secret ? "'***'" : util::redact_url(shown),
                     form_of(key));
}

std::optional<std::string> database_file(std::string_view url) {
  if (!url.starts_with(kSqlite)) return std::nullopt;
  return std::string(url.substr(kSqlite.size()));
}

}  // namespace tcm::config
