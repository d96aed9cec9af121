// SPDX-License-Identifier: Apache-2.0
#include "plugins/rocm/amdgcn.hpp"

#include "plugins/common/header_text.hpp"
#include "plugins/common/text.hpp"
#include "plugins/rocm/arch.hpp"

namespace tcm::rocm_backend {
namespace {

using plugin_common::malformed;
using plugin_common::Result;

// The directive is the first line since LLVM 18; older ones print .text and the like before it.
constexpr int kLinesBefore = 16;
constexpr std::string_view kTarget = ".amdgcn_target";

Result<std::string> arch_of_argument(std::string_view argument) {
  if (argument.size() < 2 || argument.front() != '"' || argument.back() != '"') {
    return malformed(".amdgcn_target names no target");
  }
  auto arch = arch_of_target(argument.substr(1, argument.size() - 2));
  if (!arch) return malformed("the target of .amdgcn_target is not understood");
  return *std::move(arch);
}

}  // namespace

Result<std::string> read_amdgcn_arch(std::string_view text) {
  plugin_common::HeadLines lines(text, ";");
  for (int read = 0; read < kLinesBefore; ++read) {
    const auto line = lines.next();
    if (!line && lines.goes_on()) break;
    if (!line) return plugin_common::truncated("the assembly ends before its .amdgcn_target");
    if (const auto argument = plugin_common::argument_of(*line, kTarget)) return arch_of_argument(*argument);
  }
  return plugin_common::problem(TCM_NOT_APPLICABLE, "no AMD assembly: it does not begin with .amdgcn_target");
}

}  // namespace tcm::rocm_backend
