// SPDX-License-Identifier: Apache-2.0
#include "cli/show/absent.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {

void note_absent(Context& context, const std::vector<index::RootRow>& absent) {
  constexpr std::size_t kNamed = 3;
  for (std::size_t i = 0; i < std::min(kNamed, absent.size()); ++i) {
    const index::RootRow& root = absent[i];
    context.messages().note(fmt::format("{}: not there for {}; its {} are left out (--cache-dir shows them).",
                                        root.location.path, util::format_age(context.now_ns(), root.absent_ns),
                                        counted(root.kernels, "kernel", "kernels")));
  }
  if (absent.size() > kNamed)
    context.messages().note(fmt::format("{} more roots are not there.", count_text(absent.size() - kNamed)));
}

}  // namespace tcm::cli
