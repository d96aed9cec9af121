// SPDX-License-Identifier: Apache-2.0
// Checks of the values of options, whose messages have one form: "--output: 'x' is not one of table, json".
#pragma once

#include <string>
#include <vector>

namespace CLI {
class Option;
}

namespace tcm::cli {

/// The value must be one of these words.
void must_be_one_of(CLI::Option& option, std::vector<std::string> words);

/// The value is a list of these words, with commas between them: shells complete them. Whether it is right is checked
/// where it is read.
void offer_list_of(CLI::Option& option, const std::vector<std::string>& words);

/// What one of the two above said of an option; no words when neither was called.
struct CheckedWords {
  std::vector<std::string> words;
  bool list = false;
};
CheckedWords words_of(const CLI::Option& option);

/// The value must be a number from 0 on, without a sign.
void must_be_whole_number(CLI::Option& option);

/// The value must not be empty; `form` says what it must be: "a sort key, such as size".
void must_not_be_empty(CLI::Option& option, std::string form);

}  // namespace tcm::cli
