// SPDX-License-Identifier: Apache-2.0
// The syntax of names in the plugin interface (docs/plugin-abi.md, P-20 on). Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace tcm::backend {

bool is_plugin_id(std::string_view text);      ///< [a-z0-9]+([._-][a-z0-9]+)*, at most 255 bytes
bool is_semver(std::string_view text);         ///< 1.2.3, 1.2.3-rc.1+build
bool is_target_name(std::string_view text);    ///< [a-z][a-z0-9_]{0,31}
bool is_target_alias(std::string_view text);   ///< [A-Za-z0-9][A-Za-z0-9_.-]{0,31}
bool is_extension(std::string_view text);      ///< a dot and 1 to 30 printable ASCII bytes without '/' and blank
bool is_label(std::string_view text);          ///< [a-z0-9_]{1,16}
bool is_attribute_key(std::string_view text);  ///< [a-z][a-z0-9_.]{0,63}
bool is_field_name(std::string_view text);     ///< 1 to 255 bytes of UTF-8

/// Can be compared, stored and typed: 1 to TCM_TEXT_CAPACITY bytes of UTF-8 without white space or control characters.
bool is_canonical_arch(std::string_view text);

}  // namespace tcm::backend
