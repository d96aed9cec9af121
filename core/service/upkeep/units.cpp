// SPDX-License-Identifier: Apache-2.0
#include "core/service/upkeep/units.hpp"

#include "core/service/upkeep/unit_texts.hpp"

namespace tcm::service {
namespace {

/// A word of a unit, in quotes; '%' and '$' mean something there.
std::string quoted(std::string_view word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '%' || c == '$') text += c;
    text += c;
  }
  return text + '"';
}

/// The paths of ReadWritePaths=: one that is not there yet is no failure.
std::string path_list(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) {
    if (!text.empty()) text += ' ';
    text += quoted("-" + path);
  }
  return text;
}

std::string filled(std::string_view unit, std::string_view word, std::string_view value) {
  std::string text(unit);
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += value.size())
    text.replace(at, word.size(), value);
  return text;
}

}  // namespace

std::vector<Unit> systemd_units(UnitScope scope, const std::string& program, const std::vector<std::string>& writable) {
  const bool of_system = scope == UnitScope::system;
  std::vector<Unit> units{{"tcm-gc.service", std::string(of_system ? kGcSystemService : kGcUserService)},
                          {"tcm-gc.timer", std::string(kGcTimer)},
                          {"tcm-watch.service", std::string(of_system ? kWatchSystemService : kWatchUserService)}};
  for (Unit& unit : units)
    unit.text = filled(filled(unit.text, "@TCM_PROGRAM@", quoted(program)), "@TCM_WRITABLE@", path_list(writable));
  return units;
}

std::string unit_place(UnitScope scope, const std::string& name) {
  return (scope == UnitScope::system ? "/etc/systemd/system/" : "~/.config/systemd/user/") + name;
}

}  // namespace tcm::service
