// SPDX-License-Identifier: Apache-2.0
#include "core/service/binary_check.hpp"

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {

backend::LaunchFacts launch_of(const model::KernelFacts& facts) {
  return {facts.num_warps, facts.num_ctas, facts.warp_size, facts.shared_bytes};
}

backend::ArtifactView view_of(const model::Record& kernel, std::string_view file, std::string_view bytes,
                              std::string_view display_path) {
  backend::ArtifactView view;
  view.bytes = {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  view.extension = cache::extension_of(file);
  view.target = kernel.facts.backend;
  view.arch = kernel.facts.arch;
  view.metadata_json = kernel.facts.metadata;
  view.display_path = display_path;
  view.launch = launch_of(kernel.facts);
  return view;
}

BinaryAnswer check_binary(const backend::Registry& registry, const model::Record& kernel, std::string_view file,
                          std::string_view bytes, std::string_view display_path) {
  BinaryAnswer answer;
  if (registry.plugin_of(kernel.facts.backend) == nullptr) return answer;
  // Blocks that a power cut left unwritten: of another format, as far as a backend can tell.
  if (bytes.find_first_not_of('\0') == std::string_view::npos) {
    answer.damaged = true;
    answer.detail = util::escape_control(file) + ": nothing but zeros";
    return answer;
  }
  const backend::Report report = registry.validate(view_of(kernel, file, bytes, display_path));
  answer.failed = report.status == backend::Status::internal;
  answer.truncated = report.status == backend::Status::truncated;
  answer.damaged = answer.truncated || report.status == backend::Status::malformed;
  answer.other_format = report.status == backend::Status::not_applicable && !report.diagnostics.empty();
  if (answer.damaged || answer.other_format)
    answer.detail = fmt::format("{}: {}", util::escape_control(file),
                                report.diagnostics.empty() ? backend::to_string(report.status)
                                                           : std::string_view(report.diagnostics.front().text));
  return answer;
}

cache::BinaryCheck binary_check_of(const Backends& backends) {
  return [&backends](const model::Record& kernel, std::string_view file,
                     std::string_view bytes) -> std::optional<std::string> {
    BinaryAnswer answer = check_binary(backends.registry(), kernel, file, bytes, file);
    if (!answer.damaged) return std::nullopt;
    return std::move(answer.detail);
  };
}

}  // namespace tcm::service
