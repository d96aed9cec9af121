// SPDX-License-Identifier: Apache-2.0
// The whole program behind main: arguments in, exit code out. No exception leaves it.
#pragma once

namespace tcm::cli {

int run(int argc, const char* const* argv);

}  // namespace tcm::cli
