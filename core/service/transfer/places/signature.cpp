// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/places/signature.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "core/util/system/child.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

constexpr std::string_view kPlace = "{}";
// The path is an argument of the shell, and never part of what it reads.
constexpr std::string_view kArgument = "\"$1\"";

std::string script_of(std::string command) {
  bool placed = false;
  for (std::size_t at = 0; (at = command.find(kPlace, at)) != std::string::npos; at += kArgument.size()) {
    command.replace(at, kPlace.size(), kArgument);
    placed = true;
  }
  return placed ? command : fmt::format("{} {}", command, kArgument);
}

}  // namespace

Result<void> run_over_file(const std::string& command, const std::string& path) {
  // No option of the command.
  const std::string named = path.starts_with('-') ? "./" + path : path;
  TCM_ASSIGN(const int code, util::run_child({"sh", "-c", script_of(command), "sh", named}, {}, STDERR_FILENO));
  if (code == 0) return {};
  return fail(ErrorCode::failed,
              fmt::format("{}: exit code {} of: {}", util::escape_control(path), code, util::escape_control(command)));
}

}  // namespace tcm::service
