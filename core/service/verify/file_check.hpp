// SPDX-License-Identifier: Apache-2.0
// Looks into the files that a hit reads: the backend of the target is asked about binaries, and texts must be UTF-8.
#pragma once

#include <optional>
#include <string>

#include "core/cache/verify/kernel_on_disk.hpp"
#include "core/service/backends.hpp"
#include "core/util/thread/byte_budget.hpp"

namespace tcm::service {

/// What is wrong with one of the kernel's files; of several a binary's. `entry` is the entry's directory. What cannot
/// be read now is no damage, nor is what no backend knows. The bytes that all callers hold together stay within
/// `memory`. Thread-safe.
std::optional<cache::FileDamage> check_files(int entry, const cache::KernelOnDisk& kernel, const Backends& backends,
                                             util::ByteBudget& memory);

}  // namespace tcm::service
