// SPDX-License-Identifier: Apache-2.0
// The look-up simulator: what Triton does with a kernel that lies in a cache, told without Triton and without a GPU.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/format/release.hpp"
#include "core/cache/verify/finding.hpp"
#include "core/cache/verify/kernel_on_disk.hpp"

namespace tcm::cache {

/// From where a process looks.
struct Viewpoint {
  /// The root's path as the process sees it, and other spellings of it that lead there too; without a slash at the end.
  std::vector<std::string> roots;
  /// Which release looks; absent: the one that wrote the kernel, else the newest.
  std::optional<Release> release;
  /// Whether a file outside of the root is there, given a path from a group. Nothing is, without it. Must be callable
  /// from any thread.
  std::function<bool(const std::string& path)> is_elsewhere{};
};

struct Lookup {
  LookupOutcome outcome = LookupOutcome::hit;
  /// Why it is no plain hit. None of a miss that is as it should be: a group that lists nothing.
  std::optional<FindingId> why;
  std::string file;    ///< which file, relative to the entry
  std::string detail;  ///< one line, safe to print
};

/// What the look-up comes to. Paths are compared as text. Pure, but for what `is_elsewhere` does.
Lookup look_up(const KernelOnDisk& kernel, const Viewpoint& viewpoint);

/// The release that `viewpoint` means for this kernel.
Release release_for(const KernelOnDisk& kernel, const Viewpoint& viewpoint);

/// All that is wrong with a kernel: what its look-up shows, and what it would show once that were mended, as long as
/// mending leaves the entry there. Empty when it hits, or misses as it should.
std::vector<Finding> check_kernel(KernelOnDisk kernel, const Viewpoint& viewpoint);

}  // namespace tcm::cache
