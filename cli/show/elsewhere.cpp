// SPDX-License-Identifier: Apache-2.0
#include "cli/show/elsewhere.hpp"

#include <fmt/format.h>

#include "cli/output/numbers.hpp"

namespace tcm::cli {

void note_elsewhere(Context& context, std::int64_t kernels) {
  if (kernels > 0)
    context.messages().hint(
        fmt::format("{} another directory, so Triton misses them or reads them there; `tcm "
                    "relocate` puts that right",
                    counted(kernels, "kernel names", "kernels name")));
}

}  // namespace tcm::cli
