// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tcm/plugin/plugin.h"

// Small text work that both backends share: answers to the host, and words in any case.
namespace tcm::plugin_common {

// Writes `answer` into the host's buffer. TCM_NOT_APPLICABLE when there is none, TCM_LIMIT when it does not fit.
tcm_status write(const std::optional<std::string>& answer, tcm_text& out);

// ASCII only: the words of this project's architectures have no other letters.
std::string lower(std::string_view text);
bool all_digits(std::string_view text);

// Without the white space at its ends.
std::string_view trim(std::string_view text);

// The text of a JSON value that is a number or a plain string (no escapes: an architecture has none); nothing for
// any other value.
std::optional<std::string_view> json_scalar(std::string_view json);

}  // namespace tcm::plugin_common
