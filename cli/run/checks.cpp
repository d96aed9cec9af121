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

// The names of validators, which no message shows, carry the words to where they are completed.
const std::string kOneOf = "one of:";
const std::string kListOf = "list of:";

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
  const std::string name = kOneOf + fmt::format("{}", fmt::join(words, ","));
  const auto check = [words = std::move(words)](const std::string& value) {
    const bool known = std::find(words.begin(), words.end(), value) != words.end();
    return known ? std::string() : is_not(value, fmt::format("one of {}", fmt::join(words, ", ")));
  };
  option.check(CLI::Validator([check](std::string& value) { return check(value); }, "", name));
}

void offer_list_of(CLI::Option& option, const std::vector<std::string>& words) {
  option.check(CLI::Validator([](std::string&) { return std::string(); }, "",
                              kListOf + fmt::format("{}", fmt::join(words, ","))));
}

CheckedWords words_of(const CLI::Option& option) {
  CheckedWords found;
  // The parser keeps validators by number and does not say how many there are.
  auto& checked = const_cast<CLI::Option&>(option);
  try {
    for (int i = 0;; ++i) {
      const std::string& name = checked.get_validator(i)->get_name();
      found.list = name.starts_with(kListOf);
      if (!found.list && !name.starts_with(kOneOf)) continue;
      const std::string_view words = std::string_view(name).substr(name.find(':') + 1);
      for (const std::string_view word : util::split(words, ',')) found.words.emplace_back(word);
      return found;
    }
  } catch (const CLI::OptionNotFound&) {
    return found;
  }
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
