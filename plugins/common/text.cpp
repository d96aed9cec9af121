// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/text.hpp"

#include <algorithm>

#include <tcm/plugin/plugin.hpp>

namespace tcm::plugin_common {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

tcm_status write(const std::optional<std::string>& answer, tcm_text& out) {
  return answer ? plugin::write(&out, *answer) : TCM_NOT_APPLICABLE;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<std::string_view> json_scalar(std::string_view json) {
  const std::string_view value = trim(json);
  if (all_digits(value)) return value;
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  const std::string_view inner = value.substr(1, value.size() - 2);
  if (inner.find_first_of("\\\"") != std::string_view::npos) return std::nullopt;
  return inner;
}

}  // namespace tcm::plugin_common
