// SPDX-License-Identifier: Apache-2.0
// Long output on a terminal goes through a pager, as git has it.
#pragma once

#include <cstdio>
#include <optional>
#include <string>

#include <sys/types.h>

#include "cli/output/terminal.hpp"

namespace tcm::cli {

/// What to run: TCM_PAGER, else PAGER, else less where there is one. Absent: the variable is empty or "cat", or the
/// program has more rights than its caller.
std::optional<std::string> pager_command();

/// While it lives, what is written to `data` goes to the pager, and so does standard error, so that no message appears
/// in the middle of a page. Does nothing where `data` is not a terminal that understands a pager, or nobody types. Ends
/// by waiting for the pager.
class Pager {
 public:
  Pager(std::FILE* data, const Terminal& terminal);
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

 private:
  void start(const std::string& command);

  std::FILE* data_;
  pid_t child_ = -1;
  int kept_data_ = -1;
  int kept_error_ = -1;
};

}  // namespace tcm::cli
