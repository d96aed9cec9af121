// SPDX-License-Identifier: Apache-2.0
#include "core/config/settings.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "core/util/system/env.hpp"
#include "core/util/system/processors.hpp"
#include "core/util/text/redact.hpp"
#include "core/util/text/text.hpp"

namespace tcm::config {
namespace {

using util::LogLevel;

/// An empty variable counts as unset: Triton up to 3.3 reads TRITON_CACHE_DIR="" so, and later ones fail on it.
std::optional<std::string> non_empty(const Environment& environment, std::string_view name) {
  auto value = environment(std::string(name).c_str());
  if (value && value->empty()) return std::nullopt;
  return value;
}

Result<std::string> home(const Environment& environment) {
  if (auto value = non_empty(environment, "HOME")) return *value;
  if (const passwd* user = ::getpwuid(::geteuid()); user != nullptr && user->pw_dir != nullptr && *user->pw_dir != '\0')
    return std::string(user->pw_dir);
  return fail(ErrorCode::usage, "HOME is not set and the user has no home directory; set HOME or pass --cache-dir");
}

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost";
  return name.data();
}

/// What the command line said of a key; no words when nothing.
std::vector<std::string> words_of(const Flags& flags, std::string_view key) {
  const auto one = [](const std::optional<std::string>& word) {
    return word ? std::vector<std::string>{*word} : std::vector<std::string>{};
  };
  if (key == "cache_dir") return flags.cache_dirs;
  if (key == "plugin_path") return flags.plugin_path;
  if (key == "layout") return one(flags.layout);
  if (key == "data_dir") return one(flags.data_dir);
  if (key == "storage.url") return one(flags.db);
  if (key == "jobs") return one(flags.jobs);
  if (key == "log_file") return one(flags.log_file);
  if (key == "log_format") return one(flags.log_format);
  if (key == "color") return one(flags.color);
  if ((key == "no_plugins" && flags.no_plugins) || (key == "builtin_plugins_only" && flags.builtin_plugins_only))
    return {"true"};
  return {};
}

class Resolver {
 public:
  Resolver(const Flags& flags, const Environment& environment) : flags_(flags), environment_(environment) {}

  Result<Settings> run(const Files& files) {
    TCM_ASSIGN(files_, read_files(files));
    settings_.warnings = files_.warnings;
    for (const Key& key : setting_keys()) {
      TCM_ASSIGN(Effective effective, effective_of(key));
      if (key.name == "log_level") raise_log_level(effective);
      key.store(settings_, effective.value, effective.origin);
      settings_.all.push_back(std::move(effective));
    }
    finish_storage();
    return std::move(settings_);
  }

 private:
  /// The strongest layer that says something of the key.
  Result<Effective> effective_of(const Key& key) {
    if (const auto words = words_of(flags_, key.name); !words.empty()) return from_flag(key, words);
    for (const std::string_view name : util::split(key.environment, ' '))
      if (const auto text = non_empty(environment_, name)) return from_variable(key, name, *text);
    for (const FileValue& value : files_.values)
      if (value.key == &key) return Effective{&key, value.value, value.origin};
    if (!key.standard.empty()) return Effective{&key, parse_value(key, key.standard).value_or(Value()), {}};
    return found_out(key);
  }

  static Result<Effective> from_flag(const Key& key, const std::vector<std::string>& words) {
    const Origin origin{Source::flag, std::string(key.flag), 0};
    if (key.type == Type::paths) return Effective{&key, words, origin};
    auto value = parse_value(key, words.front());
    if (!value) return fail(ErrorCode::usage, wrong_value(key, key.flag, fmt::format("'{}'", words.front())));
    return Effective{&key, std::move(*value), origin};
  }

  Result<Effective> from_variable(const Key& key, std::string_view name, const std::string& text) const {
    const Origin origin{Source::environment, std::string(name), 0};
    if (name == "TRITON_HOME") return Effective{&key, std::vector<std::string>{text + "/.triton/cache"}, origin};
    if (name == "TCM_DB_FILENAME") {
      const std::string path = text.front() == '/' ? text : settings_.data_dir.value + "/" + text;
      return Effective{&key, "sqlite:" + path, origin};
    }
    if (name == "TCM_PLUGIN_PATH") {
      const auto parts = util::split(text, ':');
      return Effective{&key, std::vector<std::string>(parts.begin(), parts.end()), origin};
    }
    auto value = parse_value(key, text);
    if (!value) return fail(ErrorCode::usage, wrong_value(key, name, fmt::format("'{}'", text)));
    return Effective{&key, std::move(*value), origin};
  }

  /// Defaults that depend on the machine and its user.
  Result<Effective> found_out(const Key& key) const {
    if (key.name == "jobs") return Effective{&key, std::uint64_t{util::usable_processors()}, {}};
    if (key.name == "host") return Effective{&key, machine_name(), {}};
    if (key.name == "storage.url")
      return Effective{&key, "sqlite:" + settings_.data_dir.value + "/tcm.db", settings_.data_dir.origin};
    if (key.name == "data_dir") return default_data_dir(key);
    TCM_ASSIGN(const std::string directory, home(environment_));
    return Effective{&key, std::vector<std::string>{directory + "/.triton/cache"}, {}};
  }

  /// XDG_DATA_HOME is part of the default, not of the variables: many desktops set it, and who names a directory in a
  /// file means it. The XDG specification: a relative path is invalid and ignored.
  Result<Effective> default_data_dir(const Key& key) const {
    if (const auto base = non_empty(environment_, "XDG_DATA_HOME"); base && base->front() == '/')
      return Effective{&key, *base + "/triton-cache-manager", {Source::environment, "XDG_DATA_HOME", 0}};
    TCM_ASSIGN(const std::string directory, home(environment_));
    return Effective{&key, directory + "/.local/share/triton-cache-manager", {}};
  }

  /// -v raises the level from `warning`; what asks for more stands.
  void raise_log_level(Effective& effective) const {
    if (flags_.verbosity <= 0) return;
    const auto words = util::split(effective.key->words, ' ');
    const auto level = std::find(words.begin(), words.end(), std::get<std::string>(effective.value)) - words.begin();
    const auto wanted = std::min(static_cast<std::ptrdiff_t>(LogLevel::warning) + flags_.verbosity,
                                 static_cast<std::ptrdiff_t>(LogLevel::debug));
    if (wanted <= level) return;
    effective.value = std::string(words[static_cast<std::size_t>(wanted)]);
    effective.origin = {Source::flag, std::string(effective.key->flag), 0};
  }

  void finish_storage() {
    StorageSettings& storage = settings_.storage;
    storage.redacted = util::redact_url(storage.url.value);
    settings_.db_file = {database_file(storage.url.value).value_or(std::string()), storage.url.origin};
    if (storage.url.origin.source == Source::flag && storage.redacted != storage.url.value)
      settings_.warnings.push_back(
          "--db holds a password, which every user of this machine can read in the list of processes; leave it out and "
          "put it into a file that PGPASSFILE names, or set storage.url in your own file of settings");
  }

  const Flags& flags_;
  const Environment& environment_;
  FileValues files_;
  Settings settings_;
};

}  // namespace

Environment process_environment() {
  return [](const char* name) {
    return std::string_view(name) == "TCM_PLUGIN_PATH" ? util::get_env_secure(name) : util::get_env(name);
  };
}

Result<Settings> resolve(const Flags& flags, const Environment& environment, const Files& files) {
  return Resolver(flags, environment).run(files);
}

}  // namespace tcm::config
