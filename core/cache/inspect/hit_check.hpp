// SPDX-License-Identifier: Apache-2.0
// Whether a hit would work. A group that names another directory is a miss, after which Triton compiles again; once it
// is rewritten it is a hit, and a file in it that is damaged fails every job that wants the kernel.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/entry.hpp"

namespace tcm::cache {

/// What is wrong with a binary of a kernel, "<file>: <what>", in one line; nothing when it is sound or nobody can tell.
/// Must be callable from any thread.
using BinaryCheck = std::function<std::optional<std::string>(const model::Record& kernel, std::string_view file,
                                                             std::string_view bytes)>;

struct Damage {
  model::SkipReason reason = model::SkipReason::none;  ///< binary_malformed, text_malformed or unreadable
  std::string detail;                                  ///< "<file>: <what>", one line
};

/// Reads those files of the kernel that a hit reads: its binaries, for `check_binary`, and its texts,
/// which must be UTF-8. What is wrong with the first bad one; nothing when all are sound. `names` are what the group is
/// going to list. What nobody can name is not looked at, nor binaries when
/// `check_binary` is empty. Thread-safe.
std::optional<Damage> find_damage(int entry, const model::Record& kernel, const std::vector<std::string>& names,
                                  const BinaryCheck& check_binary);

/// The same for one file that the caller has read: an artifact of the kernel, of which can_be_damaged() says yes. Pure
/// but for `check_binary`.
std::optional<Damage> find_damage_in(std::string_view bytes, const model::Record& kernel, const model::Artifact& file,
                                     const BinaryCheck& check_binary);

/// Whether find_damage() would look into it.
bool can_be_damaged(const model::Artifact& file, const BinaryCheck& check_binary);

}  // namespace tcm::cache
