// SPDX-License-Identifier: Apache-2.0
#include "cli/guide/position.hpp"

#include <algorithm>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace tcm::cli {
namespace {

const CLI::Option* option_of(const CLI::App& command, std::string_view name) {
  for (const CLI::Option* option : options_at(command))
    if (option->check_name(std::string(name))) return option;
  return nullptr;
}

const CLI::Option* positional_at(const CLI::App& command, std::size_t place) {
  const auto all = command.get_options([](const CLI::Option* option) { return option->get_positional(); });
  if (all.empty()) return nullptr;
  if (place < all.size()) return all[place];
  return all.back()->get_expected_max() > 1 ? all.back() : nullptr;
}

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

/// Reads the words before the cursor, one after the other.
class Reader {
 public:
  explicit Reader(const CLI::App& app) { position_.command = &app; }

  void read(const std::string& word) {
    if (pending_ != nullptr) return read_value(word);
    if (position_.after_dashes || !is_option(word)) return read_word(word);
    if (word == "--") {
      position_.after_dashes = true;
      return;
    }
    const std::size_t equals = word.find('=');
    const CLI::Option* option = option_of(*position_.command, std::string_view(word).substr(0, equals));
    if (option == nullptr) return;
    position_.given.push_back(option);
    pending_ = takes_value(*option) ? option : nullptr;
    if (equals != std::string::npos) read_value(word.substr(equals + 1));
  }

  Position end(const std::string& word) {
    position_.typed = word;
    const std::size_t equals = word.find('=');
    if (pending_ != nullptr) {
      position_.option = pending_;
    } else if (!position_.after_dashes && is_option(word) && equals != std::string::npos) {
      position_.option = option_of(*position_.command, std::string_view(word).substr(0, equals));
      position_.kept = word.substr(0, equals + 1);
      position_.typed = word.substr(equals + 1);
    } else {
      position_.positional = positional_at(*position_.command, position_.before.size());
    }
    return std::move(position_);
  }

 private:
  void read_value(const std::string& word) {
    if (pending_ != nullptr && pending_->check_lname("db")) position_.database = word;
    pending_ = nullptr;
  }

  void read_word(const std::string& word) {
    const CLI::App* inner =
        position_.before.empty() && !position_.after_dashes ? inner_command(*position_.command, word) : nullptr;
    if (inner != nullptr)
      position_.command = inner;
    else
      position_.before.push_back(word);
  }

  Position position_;
  const CLI::Option* pending_ = nullptr;
};

}  // namespace

const CLI::App* inner_command(const CLI::App& app, const std::string& word) {
  const auto inner = app.get_subcommands(
      [&](const CLI::App* command) { return !command->get_name().empty() && command->check_name(word); });
  return inner.empty() ? nullptr : inner.front();
}

std::vector<const CLI::Option*> options_at(const CLI::App& command) {
  std::vector<const CLI::Option*> options;
  for (const CLI::App* level = &command; level != nullptr; level = level->get_parent())
    for (const CLI::Option* option : level->get_options())
      if (option->nonpositional() && !option->get_group().empty()) options.push_back(option);
  return options;
}

bool takes_value(const CLI::Option& option) {
  return option.get_type_size_max() > 0 && !option.get_type_name().empty() && option.get_expected_min() > 0;
}

Position position_of(const CLI::App& app, const std::vector<std::string>& words) {
  Reader reader(app);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) reader.read(words[i]);
  return reader.end(words.empty() ? std::string() : words.back());
}

}  // namespace tcm::cli
