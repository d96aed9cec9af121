// SPDX-License-Identifier: Apache-2.0
#include "cli/guide/candidates.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "core/cache/verify/finding.hpp"
#include "core/config/key.hpp"
#include "core/index/values/columns.hpp"
#include "core/model/words.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

using Candidates = std::vector<Candidate>;

std::string first_sentence(const std::string& text) { return text.substr(0, text.find(". ")); }

Candidates kinds(const Position&) {
  Candidates all;
  for (const auto& kind : model::kEntryKinds) all.push_back({std::string(kind.name), {}});
  all.push_back({"all", "every kind"});
  return all;
}

Candidates columns(const Position&) {
  Candidates all;
  for (const index::RecordColumn& column : index::record_columns())
    if (!column.internal) all.push_back({std::string(column.name), std::string(column.meaning)});
  return all;
}

Candidates columns_and_help(const Position& position) {
  Candidates all = columns(position);
  if (position.kept.find(',') == std::string::npos) all.push_back({"help", "print every column"});
  return all;
}

Candidates orders(const Position& position) {
  Candidates all = columns(position);
  const bool asks_direction = position.typed.find(':') != std::string::npos;
  if (!asks_direction) return all;
  Candidates directed;
  for (const Candidate& column : all)
    for (const std::string_view direction : {":asc", ":desc"})
      directed.push_back({column.value + std::string(direction), column.meaning});
  return directed;
}

Candidates findings(const Position&) {
  Candidates all;
  for (const cache::FindingText& finding : cache::finding_texts())
    all.push_back({std::string(finding.name), std::string(finding.what)});
  return all;
}

Candidates settings(const Position&) {
  Candidates all;
  for (const config::Key& key : config::setting_keys()) all.push_back({std::string(key.name), std::string(key.help)});
  return all;
}

Candidates words_of_setting(const config::Key& key) {
  Candidates all;
  if (key.type == config::Type::word)
    for (const std::string_view word : util::split(key.words, ' ')) all.push_back({std::string(word), {}});
  if (key.type == config::Type::boolean) all = {{"true", {}}, {"false", {}}};
  if (key.optional()) all.push_back({"none", "no value"});
  return all;
}

Candidates values_of_setting(const Position& position) {
  const config::Key* key = position.before.empty() ? nullptr : config::find_key(position.before.front());
  return key == nullptr ? Candidates() : words_of_setting(*key);
}

Candidates ages(const Position&) { return {{"1d", "a day"}, {"7d", "a week"}, {"1mo", "30 days"}, {"1y", "a year"}}; }

Candidates newest_bin(const Position&) { return {{"last", "the newest of yours"}}; }

template <Indexed What>
Candidates from_index(const Position& position) {
  return indexed(What, position.typed, position.database);
}

Candidates names_and_keys(const Position& position) {
  Candidates all = from_index<Indexed::names>(position);
  for (Candidate& key : from_index<Indexed::keys>(position)) all.push_back(std::move(key));
  return all;
}

struct Source {
  std::string_view place;  ///< an option, a positional, or what either takes; of a positional also "COMMAND PLACE"
  Candidates (*candidates)(const Position&) = nullptr;
  ShellPart part = ShellPart::none;
  bool list = false;  ///< several with commas
};

/// The first whose place fits counts.
constexpr std::array kSources = std::to_array<Source>({
    {"config get KEY", settings},
    {"config set KEY", settings},
    {"config set VALUE", values_of_setting},
    {"diff A", names_and_keys},
    {"diff B", names_and_keys},
    {"run COMMAND", nullptr, ShellPart::commands},
    {"--name", from_index<Indexed::names>},
    {"--key", from_index<Indexed::keys>},
    {"--backend", from_index<Indexed::backends>},
    {"--arch", from_index<Indexed::archs>},
    {"--triton-version", from_index<Indexed::versions>},
    {"--host", from_index<Indexed::hosts>},
    {"--missing-on", from_index<Indexed::hosts>},
    {"--cache-dir", from_index<Indexed::roots>, ShellPart::directories},
    {"--kind", kinds},
    {"--columns", columns_and_help, ShellPart::none, true},
    {"--sort", orders},
    {"--where", columns},
    {"--only", findings, ShellPart::none, true},
    {"KEY-OR-NAME", names_and_keys},
    {"KEY", from_index<Indexed::keys>},
    {"ID", newest_bin},
    {"AGE", ages},
    {"DIR", nullptr, ShellPart::directories},
    {"PATH", nullptr, ShellPart::files},
    {"FILE", nullptr, ShellPart::files},
    {"DB", nullptr, ShellPart::files},
    {"URL", nullptr, ShellPart::files},
});

const Source* source_of(const CLI::Option& option, const std::string& command) {
  const std::string place = option.get_positional() ? option.get_name(true) : option.get_type_name();
  for (const Source& source : kSources) {
    const std::string_view wanted = source.place;
    const bool is_option = wanted.starts_with("--") && option.check_lname(std::string(wanted.substr(2)));
    if (is_option || wanted == place || wanted == command + " " + place) return &source;
  }
  return nullptr;
}

/// The setting that an option sets, if its values are words.
const config::Key* setting_of(const CLI::Option& option) {
  for (const config::Key& key : config::setting_keys())
    if (key.type == config::Type::word && key.flag.size() > 2 && option.check_lname(std::string(key.flag.substr(2))) &&
        takes_value(option))
      return &key;
  return nullptr;
}

/// What is typed behind the last comma; the values before it stay, and are not offered again.
void narrow_to_last(Position& position, std::vector<std::string>& named) {
  const std::size_t comma = position.typed.rfind(',');
  if (comma == std::string::npos) return;
  for (const std::string_view word : util::split(std::string_view(position.typed).substr(0, comma), ','))
    named.emplace_back(word);
  position.kept += position.typed.substr(0, comma + 1);
  position.typed.erase(0, comma + 1);
}

Offer values_at(const CLI::Option& option, Position& position) {
  Offer offer;
  std::vector<std::string> named;
  const CheckedWords checked = words_of(option);
  const std::string command = position.command->get_parent() == nullptr ? "" : full_name(*position.command).substr(4);
  if (!checked.words.empty()) {
    if (checked.list) narrow_to_last(position, named);
    for (const std::string& word : checked.words) offer.candidates.push_back({word, {}});
  } else if (const config::Key* key = setting_of(option)) {
    offer.candidates = words_of_setting(*key);
  } else if (const Source* source = source_of(option, command)) {
    if (source->list) narrow_to_last(position, named);
    if (source->candidates != nullptr) offer.candidates = source->candidates(position);
    offer.part = source->part;
  }
  std::erase_if(offer.candidates, [&](const Candidate& candidate) {
    return std::find(named.begin(), named.end(), candidate.value) != named.end();
  });
  return offer;
}

bool may_be_given_again(const CLI::Option& option) {
  return option.get_expected_max() > 1 || !takes_value(option) || option.get_items_expected_max() > 1;
}

void add_options(const Position& position, Candidates& candidates) {
  for (const CLI::Option* option : options_at(*position.command)) {
    const bool given = std::find(position.given.begin(), position.given.end(), option) != position.given.end();
    if (given && !may_be_given_again(*option)) continue;
    const std::string meaning = first_sentence(option->get_description());
    for (const std::string& name : option->get_lnames()) candidates.push_back({"--" + name, meaning});
    for (const std::string& name : option->get_snames()) candidates.push_back({"-" + name, meaning});
  }
}

void add_commands(const CLI::App& app, Candidates& candidates) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!command->get_name().empty())
      candidates.push_back({command->get_name(), first_sentence(command->get_description())});
}

const CLI::App& program_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? app : program_of(*app.get_parent());
}

/// The word is not the value of an option: it is a command, a positional, or an option.
Offer words_at(Position& position) {
  Offer offer;
  const CLI::App& command = *position.command;
  if (position.typed.starts_with('-') && !position.after_dashes) {
    add_options(position, offer.candidates);
    return offer;
  }
  if (position.positional != nullptr) offer = values_at(*position.positional, position);
  if (command.get_name() == "help") {
    const CLI::App* about = &program_of(command);
    for (const std::string& word : position.before)
      if (about != nullptr) about = inner_command(*about, word);
    if (about != nullptr) add_commands(*about, offer.candidates);
  } else if (command.get_name() == "run" && !position.before.empty()) {
    offer.part = ShellPart::files;  // the arguments of somebody else's command
  } else if (position.before.empty() && !position.after_dashes) {
    add_commands(command, offer.candidates);
  }
  if (offer.candidates.empty() && offer.part == ShellPart::none && position.positional == nullptr &&
      position.typed.empty() && !position.after_dashes)
    add_options(position, offer.candidates);
  return offer;
}

}  // namespace

Offer offer_at(const Position& position) {
  Position place = position;
  Offer offer = place.option != nullptr ? values_at(*place.option, place) : words_at(place);
  std::erase_if(offer.candidates,
                [&](const Candidate& candidate) { return !candidate.value.starts_with(place.typed); });
  // A shell replaces the whole word.
  for (Candidate& candidate : offer.candidates) candidate.value.insert(0, place.kept);
  return offer;
}

}  // namespace tcm::cli
