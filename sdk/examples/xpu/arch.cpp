// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "formats.hpp"

namespace xpu {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Walks a JSON text that the host has found valid; never leaves it, whatever it holds.
class Json {
 public:
  explicit Json(std::string_view text) : text_(text) {}

  char peek() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  /// A string without its quotes. Escapes of more than one character become '_': names of devices have none.
  std::optional<std::string> string() {
    if (!take('"')) return std::nullopt;
    std::string result;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') {
        if (++at_ >= text_.size()) return std::nullopt;
        if (text_[at_] == 'u') at_ = std::min(at_ + 4, text_.size() - 1);
        result += '_';
      } else {
        result += text_[at_];
      }
      ++at_;
    }
    return take('"') ? std::optional<std::string>(result) : std::nullopt;
  }

  /// Passes one value of any kind.
  bool skip_value() {
    int depth = 0;
    do {
      const char c = peek();
      if (c == '\0') return false;
      if (c == '"') {
        if (!string()) return false;
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (depth < 0) return false;
      ++at_;
      if (c != '{' && c != '[' && c != '}' && c != ']' && c != ',' && c != ':') skip_word();
    } while (depth > 0);
    return true;
  }

 private:
  void skip_word() {
    while (at_ < text_.size() && std::string_view(",:]} \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string canonical_arch(std::string_view name) {
  std::string result;
  std::size_t at = 0;
  for (const std::string_view noise : {"Intel(R)", "Intel"}) {
    if (name.substr(0, noise.size()) == noise) {
      at = noise.size();
      break;
    }
  }
  for (; at < name.size() && result.size() < 64; ++at) {
    const char c = name[at];
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (plain) result += c;
    if (!plain && !result.empty() && result.back() != '_') result += '_';
  }
  while (!result.empty() && result.back() == '_') result.pop_back();
  return result;
}

std::optional<std::string> arch_of_json(std::string_view text) {
  Json json(text);
  if (json.peek() == '"') {
    const auto name = json.string();
    return name ? std::optional<std::string>(canonical_arch(*name)) : std::nullopt;
  }
  if (!json.take('{')) return std::nullopt;
  while (json.peek() == '"') {
    const auto key = json.string();
    if (!key || !json.take(':')) return std::nullopt;
    if (*key == "name" && json.peek() == '"') {
      const auto name = json.string();
      return name ? std::optional<std::string>(canonical_arch(*name)) : std::nullopt;
    }
    if (!json.skip_value() || !json.take(',')) return std::nullopt;
  }
  return std::nullopt;
}

std::string readable_arch(std::string_view canonical) {
  std::string result(canonical);
  for (char& c : result)
    if (c == '_') c = ' ';
  return result;
}

}  // namespace xpu
