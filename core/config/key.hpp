// SPDX-License-Identifier: Apache-2.0
// The table of settings: it drives what is read, checked, shown and documented. All functions are pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/config/value.hpp"
#include "core/util/result.hpp"

namespace tcm::config {

struct Settings;

/// One line of the table.
struct Key {
  std::string_view name;  ///< as in files, output and documentation
  Type type;
  std::string_view flag;         ///< empty: none
  std::string_view environment;  ///< variables in order of precedence, separated by blanks; empty: none
  std::string_view standard;     ///< the default as text, "none" for no value; empty: found out on the machine
  std::string_view words;        ///< of Type::word, separated by blanks; of Type::count the range, "1 1024"
  bool in_project;               ///< a project's file may set it: it only says how tcm runs and prints
  std::string_view help;
  void (*store)(Settings& settings, const Value& value, const Origin& origin);

  bool optional() const { return standard == "none"; }
};

std::span<const Key> setting_keys();

/// Null when there is no such key.
const Key* find_key(std::string_view name);

/// Whether some key stands below `name`: "prune".
bool is_section(std::string_view name);

/// "; did you mean prune.max_size?", or nothing when no key and no section is near.
std::string suggestion_for(std::string_view name);

/// The error (usage) for a name that no key has. `place` comes before it, unless empty: "PATH:LINE".
Error unknown_key(std::string_view name, std::string_view place = {});

/// What a value must look like: "a number from 1 to 1024".
std::string form_of(const Key& key);

/// Reads a value as people write it in a variable or on the command line. Absent when it is none for this key; a path
/// stays relative. `none` is read by keys that may have no value.
std::optional<Value> parse_value(const Key& key, std::string_view text);

/// A value in a form that parse_value reads (of a list: its elements, joined by ", "). A password in it is hidden.
std::string to_text(const Key& key, const Value& value);

/// "SUBJECT is SHOWN; it must be FORM", for the user. Whatever may be a password is hidden.
std::string wrong_value(const Key& key, std::string_view subject, std::string_view shown);

/// The path of "sqlite:PATH"; absent when `url`, a value of Type::database, names a server.
std::optional<std::string> database_file(std::string_view url);

}  // namespace tcm::config
