// SPDX-License-Identifier: Apache-2.0
// A report as one page of HTML that needs nothing else: no network, no other file, and for its tables no script.
#pragma once

#include <cstdint>
#include <string>

#include "cli/output/sink.hpp"
#include "core/index/values/columns.hpp"
#include "core/service/report/report.hpp"

namespace tcm::cli {

struct PageContext {
  std::int64_t now_ns = 0;
  std::string host;     ///< may be empty
  std::string version;  ///< of tcm
};

/// Its Content-Security-Policy allows the page's own style and script, by their digests, and nothing else.
void write_report_page(Sink& out, const service::Report& report, index::RecordColumns columns,
                       const PageContext& context);

}  // namespace tcm::cli
