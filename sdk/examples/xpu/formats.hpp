// SPDX-License-Identifier: Apache-2.0
// What the backend's files offer each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tcm/plugin/plugin.hpp>

namespace xpu {

namespace plugin = tcm::plugin;

/// Reads a SPIR-V module: checks all of it, and emits its figures when `emit` is set.
tcm_status read_spirv(plugin::Bytes file, plugin::Sink& sink, bool emit);
bool is_spirv(plugin::Bytes file);

/// The same for a zebin.
tcm_status read_zebin(plugin::Bytes file, plugin::Sink& sink, bool emit);
bool is_elf(plugin::Bytes file);

/// The canonical form of an architecture out of its JSON value: that of the object's "name", or of a text.
std::optional<std::string> arch_of_json(std::string_view json);
/// A device's name as users write it ("Intel(R) Data Center GPU Max 1550") in canonical form. Empty when nothing is
/// left.
std::string canonical_arch(std::string_view name);
/// A canonical form for people: underscores become blanks.
std::string readable_arch(std::string_view canonical);

}  // namespace xpu
