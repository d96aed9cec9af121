// SPDX-License-Identifier: Apache-2.0
#include "core/config/value.hpp"

#include <fmt/format.h>

namespace tcm::config {

std::string_view to_string(Source source) {
  switch (source) {
    case Source::flag: return "flag";
    case Source::environment: return "environment";
    case Source::project: return "project";
    case Source::user: return "user";
    case Source::system: return "system";
    case Source::default_value: break;
  }
  return "default";
}

std::string to_string(const Origin& origin) {
  switch (origin.source) {
    case Source::flag: return "flag " + origin.where;
    case Source::environment: return "env " + origin.where;
    case Source::project:
    case Source::user:
    case Source::system: return fmt::format("{}:{}", origin.where, origin.line);
    case Source::default_value: break;
  }
  return "default";
}

}  // namespace tcm::config
