// SPDX-License-Identifier: Apache-2.0
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/csv.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/table.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/records.hpp"
#include "core/service/query/search.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

struct ListOptions {
  service::ListRequest request;
  std::string columns;
  bool fail_empty = false;
  OutputOptions output;
};

using Each = std::function<void(const index::Row&)>;

/// One way to print the rows: begin, each row, end with the totals.
class Printer {
 public:
  virtual ~Printer() = default;
  virtual void row(const index::Row& row) = 0;
  virtual void finish(const service::ListTotals&) {}
};

class TablePrinter : public Printer {
 public:
  TablePrinter(Context& context, const ColumnChoice& columns, Format format)
      : columns_(columns), table_(context.out(), layouts_of(columns), terminal(context, format)) {
    cells_.now_ns = context.now_ns();
    cells_.short_key = context.out_terminal().is_tty && format == Format::table;
  }
  void row(const index::Row& row) override {
    std::vector<std::string> cells;
    cells.reserve(columns_.columns.size());
    for (const RecordColumn& column : columns_.columns) cells.push_back(column.text(row, cells_));
    table_.add_row(std::move(cells));
  }
  void finish(const service::ListTotals&) override { table_.finish(); }

 private:
  static Terminal terminal(const Context& context, Format format) {
    Terminal terminal = context.out_terminal();
    if (format == Format::wide) terminal.width = kUnlimitedWidth;
    return terminal;
  }

  ColumnChoice columns_;
  Table table_;
  CellContext cells_;
};

class JsonPrinter : public Printer {
 public:
  JsonPrinter(Context& context, std::vector<std::string> fields)
      : fields_(std::move(fields)), json_(context.out(), JsonWriter::Style::pretty) {
    json_.begin_object().field("schema", 1).key("kernels").begin_array();
  }
  void row(const index::Row& row) override {
    json_.begin_object();
    write_record_fields(json_, row);
    write_extra_fields(json_, row, fields_);
    json_.end_object();
  }
  void finish(const service::ListTotals& totals) override {
    json_.end_array().field("total", totals.matched).end_object();
  }

 private:
  std::vector<std::string> fields_;
  JsonWriter json_;
};

class JsonLinesPrinter : public Printer {
 public:
  JsonLinesPrinter(Context& context, std::vector<std::string> fields)
      : fields_(std::move(fields)), json_(context.out()) {}
  void row(const index::Row& row) override {
    json_.begin_object();
    write_record_fields(json_, row);
    write_extra_fields(json_, row, fields_);
    json_.end_object();
  }

 private:
  std::vector<std::string> fields_;
  JsonWriter json_;
};

class CsvPrinter : public Printer {
 public:
  CsvPrinter(Context& context, const ColumnChoice& columns) : columns_(columns), csv_(context.out(), header(columns)) {}
  void row(const index::Row& row) override {
    std::vector<std::string> cells;
    for (const RecordColumn& column : columns_.columns) cells.push_back(column.data(row));
    csv_.row(cells);
  }

 private:
  static std::vector<std::string> header(const ColumnChoice& columns) {
    std::vector<std::string> names;
    for (const RecordColumn& column : columns.columns) names.push_back(column.layout.id);
    return names;
  }

  ColumnChoice columns_;
  CsvWriter csv_;
};

class IdPrinter : public Printer {
 public:
  explicit IdPrinter(Context& context) : out_(context.out()) {}
  /// Several kernels of one entry share its key; each key is printed once where they stand together.
  void row(const index::Row& row) override {
    if (row.key == last_) return;
    last_ = row.key;
    out_.write((out_.to_terminal() ? util::escape_control(row.key) : row.key) + "\n");
  }

 private:
  Sink& out_;
  std::string last_;
};

std::unique_ptr<Printer> make_printer(Context& context, const ColumnChoice& columns, Format format) {
  switch (format) {
    case Format::json: return std::make_unique<JsonPrinter>(context, columns.fields);
    case Format::jsonl: return std::make_unique<JsonLinesPrinter>(context, columns.fields);
    case Format::csv: return std::make_unique<CsvPrinter>(context, columns);
    case Format::ids: return std::make_unique<IdPrinter>(context);
    case Format::table:
    case Format::wide: break;
  }
  return std::make_unique<TablePrinter>(context, columns, format);
}

/// What a person wants to know beside the rows; on stderr, so that a pipe gets rows alone.
void print_summary(Context& context, const service::ListTotals& totals) {
  const auto count = [](std::int64_t n) { return util::format_count(static_cast<std::uint64_t>(n)); };
  if (totals.matched == 0) {
    context.messages().note(totals.indexed_kernels == 0 ? "The index holds no kernel." : "Nothing matches.");
    return;
  }
  std::string line = totals.listed == totals.matched && totals.counted_all
                         ? fmt::format("{} listed", count(totals.listed))
                         : fmt::format("{} of {}{} listed", count(totals.listed), totals.counted_all ? "" : "over ",
                                       count(totals.matched));
  line += fmt::format(", {}; the index holds {} {}, {} in all.", util::format_bytes(totals.listed_bytes),
                      count(totals.indexed_kernels), totals.indexed_kernels == 1 ? "kernel" : "kernels",
                      util::format_bytes(totals.indexed_bytes));
  context.messages().note(line);
}

ExitCode run_list(const ListOptions& options, Context& context) {
  const Format format = format_of(options.output);
  // Rows of several kinds need their kind beside them.
  const bool kinds = options.columns.empty() && !options.request.filters.kinds.empty() && format == Format::table;
  const ColumnChoice columns =
      choose_columns(kinds ? "key,name,kind,backend,arch,version,warps,stages,size,age,dir" : options.columns, format);
  service::ListRequest request = options.request;
  // Counting every match of a large index takes longer than listing fifty of them; only documents promise the number.
  request.exact_total = format == Format::json;
  request.fields = columns.fields;
  request.field_words = column_names();
  auto index = open_to_read(context);
  if (!index) return context.report(index.error());

  // The printer starts with the first row, so that a wrong filter prints an error and no half document.
  std::unique_ptr<Printer> printer;
  const auto start = [&] {
    if (!printer) printer = make_printer(context, columns, format);
  };
  const auto totals =
      service::list_records(request, *index, context.backends(), context.now_ns(), [&](const index::Row& row) {
        start();
        printer->row(row);
      });
  if (!totals) return context.report(totals.error());
  start();
  printer->finish(*totals);
  context.out().flush();
  if (!is_machine_format(format)) print_summary(context, *totals);
  return finish_output(context, options.fail_empty && totals->matched == 0 ? ExitCode::failed : ExitCode::ok);
}

}  // namespace

void add_list_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("list", "List kernels, newest first")->alias("ls");
  add_filter_options(*command, options->request.filters);
  add_host_options(*command, options->request.filters);
  command
      ->add_option("--sort", options->request.sort,
                   "modified, age, name, size, key, arch, version, spill or hits, with :asc or :desc")
      ->type_name("KEY");
  command->add_option("--limit", options->request.limit, "At most so many")->type_name("N");
  command
      ->add_option("--columns", options->columns,
                   "Which columns, in which order; any resource or metadata field is one")
      ->type_name("A,B,C");
  command->add_flag("--fail-empty", options->fail_empty, "Exit code 1 when nothing matches");
  add_output_options(*command, options->output);
  command->footer(
      "Examples:\n"
      "  tcm list --sort size --limit 10             the ten largest kernels\n"
      "  tcm list --glob 'triton_poi_*' -a 90        pointwise kernels for one GPU\n"
      "  tcm list --older-than 30d --json            for a script\n"
      "  tcm list --kind all --size 1M               everything from 1 MiB on\n"
      "  tcm list --where 'registers>=128 and num_warps=8' --columns key,name,registers");
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_list(*options, context); };
  });
}

}  // namespace tcm::cli
