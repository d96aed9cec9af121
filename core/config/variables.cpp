// SPDX-License-Identifier: Apache-2.0
#include "core/config/variables.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "core/config/key.hpp"
#include "core/util/text/text.hpp"

namespace tcm::config {

std::vector<std::string> unknown_variables(const std::vector<std::string>& names) {
  // No settings: one adds to the search path of core/backend, one names the pager, the others are those of the tracker.
  std::vector<std::string_view> known{"TCM_ADD_PLUGIN_PATH", "TCM_PAGER", "TCM_HITS_DIR", "TCM_HITS_JOB",
                                      "TCM_HITS_WRAPS"};
  for (const Key& key : setting_keys())
    for (const std::string_view variable : util::split(key.environment, ' ')) known.push_back(variable);
  std::vector<std::string> lines;
  for (const std::string& name : names) {
    if (!name.starts_with("TCM_") || std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto meant = util::closest(name, known);
    lines.push_back(fmt::format("{}: tcm does not read this variable{}", name,
                                meant ? fmt::format("; did you mean {}?", *meant) : ""));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> variables_of_process() {
  std::vector<std::string> names;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

}  // namespace tcm::config
