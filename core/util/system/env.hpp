// SPDX-License-Identifier: Apache-2.0
// The environment. Reading is safe from any thread as long as nobody changes it; tcm never does.
#pragma once

#include <optional>
#include <string>

namespace tcm::util {

/// Absent when unset; an empty string when set to nothing: what that means is the caller's choice.
std::optional<std::string> get_env(const char* name);

/// Like get_env, but absent in a program that runs with more rights than its caller (set-user-ID, file capabilities).
/// For variables that name code to load.
std::optional<std::string> get_env_secure(const char* name);

/// Whether the program runs with more rights than its caller, who has chosen its environment and working directory.
bool is_elevated();

}  // namespace tcm::util
