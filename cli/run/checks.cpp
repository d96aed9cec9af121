// SPDX-License-Identifier: Apache-2.0
#include "cli/run/checks.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

std::string is_not(std::string_view value, std::string_view form) {
  return fmt::format("'{}' is not {}", util::escape_control(value), form);
}

bool is_whole_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && util::is_digit(text.front()) && error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void must_be_one_of(CLI::Option& option, std::vector<std::string> words) {
  option.check([words = std::move(words)](const std::string& value) {
    const bool known = std::find(words.begin(), words.end(), value) != words.end();
    return known ? std::string() : is_not(value, fmt::format("one of {}", fmt::join(words, ", ")));
  });
}

void must_be_whole_number(CLI::Option& option) {
  option.check([](const std::string& value) {
    return is_whole_number(value) ? std::string() : is_not(value, "a whole number");
  });
}

void must_not_be_empty(CLI::Option& option, std::string form) {
  option.check([form = std::move(form)](const std::string& value) {
    return util::trim(value).empty() ? is_not(value, form) : std::string();
  });
}

}  // namespace tcm::cli
