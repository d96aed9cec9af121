// SPDX-License-Identifier: Apache-2.0
#include "cli/show/confirm.hpp"

#include <cstdio>
#include <iostream>
#include <string>

#include <unistd.h>

#include "core/util/text/text.hpp"

namespace tcm::cli {

ExitCode confirm(const Context& context, bool yes) {
  if (yes) return ExitCode::ok;
  if (::isatty(STDIN_FILENO) == 0) {
    context.messages().error("not confirmed: no terminal to ask on; pass --yes to proceed");
    return ExitCode::needs_confirmation;
  }
  std::fputs("Proceed? [y/N] ", stderr);
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  if (!std::cin) std::fputs("\n", stderr);
  const std::string word = util::lower_ascii(util::trim(answer));
  if (word == "y" || word == "yes") return ExitCode::ok;
  context.messages().note("Nothing was changed.");
  return ExitCode::needs_confirmation;
}

}  // namespace tcm::cli
