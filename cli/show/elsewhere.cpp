// SPDX-License-Identifier: Apache-2.0
#include "cli/show/elsewhere.hpp"

#include <fmt/format.h>

#include "cli/output/numbers.hpp"

namespace tcm::cli {

void note_elsewhere(Context& context, std::int64_t kernels) {
  if (kernels > 0)
    context.messages().hint(
        fmt::format("{} another directory: Triton misses such a kernel, or reads it there; `tcm "
                    "relocate` fixes that",
                    counted(kernels, "kernel names", "kernels name")));
}

}  // namespace tcm::cli
