// SPDX-License-Identifier: Apache-2.0
// Looking at the file system without the rights of root, whoever runs the tests.
#pragma once

#include <functional>
#include <string>

namespace tcm::test {

/// Runs `work` in a child process, as the user "nobody" when this one is root, and returns what it returned (at most
/// 64 KiB). Starts with "child: " when the child did not get that far.
std::string as_ordinary_user(const std::function<std::string()>& work);

/// Within that, for good: a program started by a process that could still become root counts as privileged, and the
/// system hides it from a leak check.
void give_up_root();

}  // namespace tcm::test
