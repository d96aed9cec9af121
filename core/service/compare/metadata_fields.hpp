// SPDX-License-Identifier: Apache-2.0
// The fields of a kernel's metadata, one by one.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tcm::service {

/// From the name of a field, with dots for those of an object in it ("target.arch"), to its value as JSON, without
/// blanks; a list is one value. Nothing of a text that is no JSON object. The time and memory that this takes grow with
/// the text only, as depth is bounded. Pure.
std::map<std::string, std::string> metadata_fields(std::string_view metadata);

}  // namespace tcm::service
