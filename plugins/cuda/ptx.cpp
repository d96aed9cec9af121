// SPDX-License-Identifier: Apache-2.0
#include "plugins/cuda/ptx.hpp"

#include <optional>

#include "plugins/common/header_text.hpp"
#include "plugins/common/text.hpp"
#include "plugins/cuda/arch.hpp"

namespace tcm::cuda_backend {
namespace {

using plugin_common::malformed;
using plugin_common::problem;
using plugin_common::Result;
using plugin_common::truncated;

constexpr std::string_view kVersion = ".version";
constexpr std::string_view kTarget = ".target";

bool is_version(std::string_view text) {
  const size_t dot = text.find('.');
  return dot != std::string_view::npos && text.size() <= 16 && plugin_common::all_digits(text.substr(0, dot)) &&
         plugin_common::all_digits(text.substr(dot + 1));
}

// A line that the file's end has cut: ".vers".
bool is_start_of(std::string_view line, std::string_view directive) {
  return line.size() < directive.size() && directive.starts_with(line);
}

}  // namespace

Result<PtxHeader> read_ptx_header(std::string_view text) {
  plugin_common::HeadLines lines(text, "//");
  const auto first = lines.next();
  const auto second = lines.next();
  // Where the file ends and not only the part that is looked at.
  const auto ends_in = [&](const std::optional<std::string_view>& line, std::string_view directive, bool last) {
    return !lines.goes_on() && (!line || (last && is_start_of(*line, directive)));
  };
  if (ends_in(first, kVersion, !second)) return truncated("the PTX ends before its .version");
  const auto version = first ? plugin_common::argument_of(*first, kVersion) : std::nullopt;
  if (!version) return problem(TCM_NOT_APPLICABLE, "not PTX: it does not begin with .version");
  if (ends_in(second, kTarget, !lines.next())) return truncated("the PTX ends before its .target");
  const auto target = second ? plugin_common::argument_of(*second, kTarget) : std::nullopt;
  if (!target) return malformed("no .target after .version");
  if (!is_version(*version)) return malformed("the PTX version is not understood");
  // ".target sm_90a, texmode_independent, debug": the architecture comes first.
  const std::string_view name = plugin_common::trim(target->substr(0, target->find(',')));
  auto arch = arch_from_user(name);
  if (!arch) return malformed("the PTX target is not understood");
  return PtxHeader{std::string(*version), std::string(name), *std::move(arch)};
}

}  // namespace tcm::cuda_backend
