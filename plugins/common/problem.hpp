// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include <tcm/plugin/plugin.h>
#include <tl/expected.hpp>

// How the backends' readers say what is wrong with a file.
namespace tcm::plugin_common {

struct Problem {
  tcm_status status;
  std::string text;  // one line for the user: what is wrong, where in the file
};

template <class T>
using Result = tl::expected<T, Problem>;

inline tl::unexpected<Problem> problem(tcm_status status, std::string text) {
  return tl::unexpected<Problem>(Problem{status, std::move(text)});
}
inline tl::unexpected<Problem> malformed(std::string text) { return problem(TCM_MALFORMED, std::move(text)); }
inline tl::unexpected<Problem> truncated(std::string text) { return problem(TCM_TRUNCATED, std::move(text)); }

}  // namespace tcm::plugin_common
