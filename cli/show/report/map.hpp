// SPDX-License-Identifier: Apache-2.0
// The treemap of a report: roots, in them backends with their architectures, in those names.
#pragma once

#include "cli/output/sink.hpp"
#include "core/service/report/report.hpp"

namespace tcm::cli {

/// Two drawings of the same, for wide and for narrow windows; the page's style shows one of them.
void write_treemap(Sink& out, const service::Report& report);

}  // namespace tcm::cli
