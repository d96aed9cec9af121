// SPDX-License-Identifier: Apache-2.0
// The parts of a report's page, from its data.
#pragma once

#include <string_view>

#include "cli/output/sink.hpp"
#include "core/index/values/columns.hpp"
#include "core/service/report/report.hpp"

namespace tcm::cli {

/// A heading and a sentence below it.
void write_heading(Sink& out, std::string_view title, std::string_view text);

/// The numbers at the top.
void write_tiles(Sink& out, const service::Report& report);

void write_ranking(Sink& out, const service::Ranking& ranking, std::uint64_t total);

/// Kernels in ranges; `range` heads the ranges.
void write_histogram(Sink& out, const service::Histogram& histogram, std::string_view range);

/// Records in these columns ("key,name,size"), of which those that the index does not have are left out.
void write_records(Sink& out, const std::vector<index::Row>& rows, index::RecordColumns columns,
                   const std::vector<std::string>& names, std::int64_t now_ns);

void write_duplicates(Sink& out, const service::Report& report);

void write_health(Sink& out, const service::Report& report);

}  // namespace tcm::cli
