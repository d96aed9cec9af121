// SPDX-License-Identifier: Apache-2.0
// Runs tests, each in a process of its own: a crash or a hang is a failed test, and nothing of one leaks into the next.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "sdk/check/check.hpp"

namespace tcm::check {

struct RunOptions {
  bool in_process = false;  ///< for a debugger: no child processes, no time limit
  std::chrono::seconds time_limit{10};
};

struct Outcomes {
  const Test* test = nullptr;
  Finding finding;
  const Test* needs = nullptr;  ///< the gate for want of which it was not run
};

/// Runs one test. Never throws.
Finding run_test(const Test& test, const Subject& subject, const RunOptions& options);

/// Runs all of them in order. After a gate that did not hold, tests of higher levels are skipped, and `needs` names it.
/// Calls `each` when a test is done.
std::vector<Outcomes> run_tests(const std::vector<Test>& tests, const Subject& subject, const RunOptions& options,
                                const std::function<void(const Outcomes&)>& each);

}  // namespace tcm::check
