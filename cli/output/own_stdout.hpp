// SPDX-License-Identifier: Apache-2.0
// The program's data on standard output, and nothing else there: code in plugins shares the process and its
// descriptors, and a line that one of them prints would break a table, JSON or CSV.
#pragma once

#include <cstdio>

namespace tcm::cli {

/// Where data goes from now on: what standard output was. Descriptor 1, and with it `stdout`, becomes another name for
/// standard error. The same stream at every call; never closed. `stdout` itself, unchanged, when it or standard
/// error is closed or no descriptor is left. Not thread-safe: call it before there are threads.
std::FILE* own_stdout();

}  // namespace tcm::cli
