// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <tcm/plugin/plugin.hpp>

// What the fuzz programs of the backends share.
namespace tcm::fuzz {

using Analyser = tcm_status (*)(const plugin::Artifact&, plugin::Sink&);

struct Backend {
  Analyser probe;
  Analyser validate;
  std::string_view extension;
  std::string_view target;
};

// Asks both of `data`, which lies against a page that may not be touched: libelf is not compiled with the sanitizers,
// so a read past the end inside it would not be seen otherwise. Aborts on an answer that breaks a rule of the plugin
// interface, and where validate praises what probe cannot read.
void ask(const Backend& backend, const uint8_t* data, size_t size);

}  // namespace tcm::fuzz
