// SPDX-License-Identifier: Apache-2.0
// How the program ends: the one table of exit codes, from which help and documentation are made. Scripts rely on the
// numbers, so they never change.
#pragma once

#include <array>
#include <string_view>

#include "core/util/result.hpp"

namespace tcm::cli {

enum class ExitCode : int {
  ok = 0,
  failed = 1,
  usage = 2,
  partial = 3,
  damaged = 4,
  needs_confirmation = 5,
  missing = 6,
  busy = 7,
  compiled = 8,
  interrupted = 130,
};

struct ExitCodeText {
  ExitCode code;
  std::string_view text;
};

inline constexpr std::array<ExitCodeText, 10> kExitCodes{{
    {ExitCode::ok, "done; also when there was nothing to do"},
    {ExitCode::failed, "failed"},
    {ExitCode::usage, "wrong usage"},
    {ExitCode::partial, "partly done: some entries were skipped or failed"},
    {ExitCode::damaged, "verify found something that makes jobs fail"},
    {ExitCode::needs_confirmation, "not confirmed: no terminal, or answered no"},
    {ExitCode::missing, "not found: the index, a cache or an entry"},
    {ExitCode::busy, "busy: another process holds the lock"},
    {ExitCode::compiled, "the command compiled kernels, which `run --fail-on-miss` forbids"},
    {ExitCode::interrupted, "interrupted"},
}};

/// What main returns.
constexpr int to_int(ExitCode code) { return static_cast<int>(code); }

constexpr ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage: return ExitCode::usage;
    case ErrorCode::missing: return ExitCode::missing;
    case ErrorCode::busy: return ExitCode::busy;
    case ErrorCode::interrupted: return ExitCode::interrupted;
    case ErrorCode::failed:
    case ErrorCode::denied:
    case ErrorCode::no_space:
    case ErrorCode::corrupt:
    case ErrorCode::too_new: return ExitCode::failed;
  }
  return ExitCode::failed;
}

/// The worse of two outcomes of one run: anything beats ok, and among failures the first to happen stays.
constexpr ExitCode worse(ExitCode first, ExitCode second) { return first == ExitCode::ok ? second : first; }

}  // namespace tcm::cli
