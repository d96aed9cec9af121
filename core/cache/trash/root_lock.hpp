// SPDX-License-Identifier: Apache-2.0
// The lock of a root: one process at a time changes it.
#pragma once

#include <utility>

#include "core/cache/read/root.hpp"
#include "core/cache/trash/trash_area.hpp"
#include "core/util/result.hpp"
#include "core/util/system/fd.hpp"

namespace tcm::cache {

/// Takes the lock of a root until it goes. Errors: busy, when another process has it; failed, denied.
class RootLock {
 public:
  /// `area` is made for the lock only where the directory itself cannot be locked.
  static Result<RootLock> take(const Root& root, TrashArea& area);

 private:
  explicit RootLock(util::Fd locked) : locked_(std::move(locked)) {}
  util::Fd locked_;
};

}  // namespace tcm::cache
