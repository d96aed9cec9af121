// SPDX-License-Identifier: Apache-2.0
#include "cli/guide/complete.hpp"

#include "cli/guide/candidates.hpp"
#include "cli/guide/position.hpp"

namespace tcm::cli {
namespace {

std::string_view request_for(ShellPart part) {
  switch (part) {
    case ShellPart::files: return ":files\n";
    case ShellPart::directories: return ":directories\n";
    case ShellPart::commands: return ":commands\n";
    case ShellPart::none: break;
  }
  return {};
}

}  // namespace

std::string completion(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return {};
  const bool with_meaning = arguments.front() != "bash";
  const Offer offer = offer_at(position_of(app, {arguments.begin() + 1, arguments.end()}));
  std::string lines;
  for (const Candidate& candidate : offer.candidates) {
    lines += candidate.value;
    if (with_meaning && !candidate.meaning.empty()) lines += '\t' + candidate.meaning;
    lines += '\n';
  }
  return lines += request_for(offer.part);
}

}  // namespace tcm::cli
