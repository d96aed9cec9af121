// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string_view>

#include <unistd.h>

#include "cli/app.hpp"

namespace {

bool has_ended = false;

// A backend that calls exit(0) would make a run that did nothing look like one that worked.
void refuse_early_end() {
  if (has_ended) return;
  constexpr std::string_view kLine = "tcm: error: a backend or a library ended the program early; see tcm plugins\n";
  static_cast<void>(::write(STDERR_FILENO, kLine.data(), kLine.size()) == 0);
  ::_exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  std::atexit(refuse_early_end);
  std::at_quick_exit(refuse_early_end);
  const int code = tcm::cli::run(argc, argv);
  has_ended = true;
  return code;
}
