// SPDX-License-Identifier: Apache-2.0
// Changing one value in a file of settings, and nothing else in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/files.hpp"

namespace tcm::config {

/// `text` with `key` set to `literal` (TOML): in place where the key stands already, else a line of its own in the
/// key's section, which is added at the end when there is none. All other bytes stay. The result is read again: every
/// other value is as before. Errors (usage) begin with `path`: the text is no TOML, or is written in a form that cannot
/// be edited.
Result<std::string> with_value(std::string_view text, const std::string& path, std::string_view key,
                               const std::string& literal);

/// `text` without `key`: without its line, or its place in an in-line table. All other bytes stay, comments on lines of
/// their own included. Nothing when the text does not set it. Errors as above.
Result<std::optional<std::string>> without_value(std::string_view text, const std::string& path, std::string_view key);

/// What the words of a user mean for `key`, as TOML. Several words only for a list. Paths become absolute, relative to
/// `directory`. Errors (usage): not a value for this key, or no UTF-8.
Result<std::string> literal_of(const Key& key, const std::vector<std::string>& words, const std::string& directory);

/// Sets `key` in `file`, which is made when it does not exist, and replaced at once when it does. The new file as a
/// whole must be right; then, and only then, it is written. Errors: usage; denied or failed (not read or written).
Result<void> set_in_file(const FileState& file, const Key& key, const std::string& literal, const std::string& home);

/// Takes `key` out of `file`; false when the file, or the key in it, is not there. Errors as above.
Result<bool> unset_in_file(const FileState& file, const Key& key, const std::string& home);

}  // namespace tcm::config
