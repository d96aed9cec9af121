// SPDX-License-Identifier: Apache-2.0
// How a function that can fail says so: a Result holds either its value or an Error whose message is one line for
// the user: the path, what was wrong, what to do. No exception crosses a room's border.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace tcm {

/// What kind of failure; the command line turns each into its exit code.
enum class ErrorCode {
  failed,       ///< the operation did not work
  usage,        ///< the request itself is wrong
  missing,      ///< what was requested does not exist
  busy,         ///< somebody else holds it
  denied,       ///< no permission
  no_space,     ///< the disk, or this user's share of it, is full
  corrupt,      ///< the data contradicts itself
  too_new,      ///< written by a newer release
  interrupted,  ///< the user stopped it
};

struct Error {
  ErrorCode code = ErrorCode::failed;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::missing, "…")` in a function that returns a Result.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// Passes an inner failure on.
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace tcm

#define TCM_CONCAT_(a, b) a##b
#define TCM_CONCAT(a, b) TCM_CONCAT_(a, b)

/// TCM_TRY(expression): leaves the function with the error, if there is one.
#define TCM_TRY(expression)                                                                                         \
  do {                                                                                                              \
    if (auto tcm_try_result = (expression); !tcm_try_result) return ::tcm::fail(std::move(tcm_try_result).error()); \
  } while (false)

/// TCM_ASSIGN(auto value, expression): declares or sets `value`, or leaves the function with the error.
#define TCM_ASSIGN(target, expression)                                                                              \
  auto TCM_CONCAT(tcm_result_, __LINE__) = (expression);                                                            \
  if (!TCM_CONCAT(tcm_result_, __LINE__)) return ::tcm::fail(std::move(TCM_CONCAT(tcm_result_, __LINE__)).error()); \
  target = std::move(*TCM_CONCAT(tcm_result_, __LINE__))
