// SPDX-License-Identifier: Apache-2.0
#include "core/service/hits/line.hpp"

#include <algorithm>
#include <charconv>

#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

constexpr std::int64_t kLongestCompilation = std::int64_t{7} * 24 * 3600 * 1'000'000;  // microseconds

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return std::nullopt;
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] != 't' && text[i] != 'n' && text[i] != '\\') return std::nullopt;
    plain += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : '\\';
  }
  return plain;
}

std::optional<LookupKind> kind_of(char letter) {
  switch (letter) {
    case 'H': return LookupKind::hit;
    case 'M': return LookupKind::miss;
    case 'L': return LookupKind::loaded;
    case 'C': return LookupKind::compiled;
    case 'A': return LookupKind::read_too;
    default: return std::nullopt;
  }
}

bool is_root(std::string_view path) {
  if (path.empty()) return true;
  const auto parts = util::split(path, '/');
  return path.front() == '/' && std::find(parts.begin(), parts.end(), "..") == parts.end();
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

bool read_kind(std::string_view word, LookupLine& line) {
  if (word.size() != 1) return false;
  line.again = word[0] >= 'a';
  const auto kind = kind_of(line.again ? static_cast<char>(word[0] - 'a' + 'A') : word[0]);
  if (kind) line.kind = *kind;
  return kind.has_value();
}

bool read_place(std::string_view root, std::string_view key, std::string_view name, LookupLine& line) {
  auto plain_root = unescaped(root);
  auto plain_key = unescaped(key);
  auto plain_name = unescaped(name);
  if (!plain_root || !plain_key || !plain_name || !is_root(*plain_root) || !is_file_name(*plain_key)) return false;
  line.root = std::move(*plain_root);
  line.key = std::move(*plain_key);
  line.name = std::move(*plain_name);
  return true;
}

}  // namespace

std::optional<LookupLine> parse_lookup(std::string_view text) {
  if (text.size() > kLongestLine) return std::nullopt;
  const auto fields = util::split(text, '\t');
  if (fields.size() != 7) return std::nullopt;
  LookupLine line;
  const auto time = number(fields[0]);
  if (!time || !number(fields[1]) || !read_kind(fields[2], line)) return std::nullopt;
  if (!read_place(fields[3], fields[4], fields[5], line)) return std::nullopt;
  line.time_ns = *time;
  if (line.kind != LookupKind::compiled) return fields[6].empty() ? std::optional(std::move(line)) : std::nullopt;
  const auto spent = number(fields[6]);
  if (!spent || *spent > kLongestCompilation) return std::nullopt;
  line.microseconds = *spent;
  return line;
}

}  // namespace tcm::service
