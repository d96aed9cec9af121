// SPDX-License-Identifier: Apache-2.0
#include "cli/show/candidates.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "cli/show/records.hpp"

namespace tcm::cli {

void print_candidates(Context& context, index::RecordColumns known, const service::ShowResult& result,
                      const std::string& word) {
  const bool one_host = std::all_of(result.candidates.begin(), result.candidates.end(),
                                    [&](const index::Row& row) { return row.host == result.candidates.front().host; });
  const std::string_view more = result.by_name ? "give a key, or a filter such as -a 90" : "give more of the key";
  context.messages().error(fmt::format("'{}' is ambiguous: {} records match; {}{}", word, count_text(result.matches),
                                       more, one_host ? "" : ", or --host"));
  const ColumnChoice columns =
      choose_columns(known, one_host ? "key,name,backend,arch,size,age,dir" : "key,name,backend,arch,size,age,host,dir",
                     Format::table);
  // Candidates are help for the user, not data: they go where the error goes.
  Sink err(stderr);
  Table table(err, layouts_of(columns), context.err_terminal());
  for (const index::Row& row : result.candidates)
    table.add_row(text_cells(columns, row, {context.now_ns(), context.err_terminal().is_tty}));
  table.finish();
  err.flush();
}

}  // namespace tcm::cli
