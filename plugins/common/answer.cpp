// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/answer.hpp"

#include <fmt/core.h>

namespace tcm::plugin_common {

tcm_status check_arch(plugin::Sink& sink, std::string_view found, std::string_view expected) {
  if (expected.empty() || found == expected) return TCM_OK;
  return sink.fail(TCM_MALFORMED, fmt::format("built for architecture {}, the metadata says {}", found, expected));
}

}  // namespace tcm::plugin_common
