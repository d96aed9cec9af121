// SPDX-License-Identifier: Apache-2.0
// What `verify` found, as people and programs read it.
#pragma once

#include <string>
#include <vector>

#include "cli/output/formats.hpp"
#include "cli/run/context.hpp"
#include "core/service/verify/verify.hpp"

namespace tcm::cli {

/// The commands that mend what was found, in the order in which to run them; none when nothing can be mended. They hold
/// the choices of the run, ready for a shell.
std::vector<std::string> cures_of(const service::VerifyRequest& request, const std::vector<std::string>& chosen_dirs,
                                  const service::VerifyReport& report);

/// A row for each finding, of each kind the first few unless the user wants all; then the sums, then the cures. Errors:
/// failed (what was found cannot be read back).
Result<void> print_findings(Context& context, service::VerifyReport& report, const std::vector<std::string>& cures);

/// One document, or (jsonl) one object for each finding. Errors as above.
Result<void> write_findings(Context& context, const service::VerifyRequest& request, service::VerifyReport& report,
                            const std::vector<std::string>& cures, Format format);

}  // namespace tcm::cli
