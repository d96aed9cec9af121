// SPDX-License-Identifier: Apache-2.0
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/csv.hpp"
#include "cli/output/json_writer.hpp"
#include "cli/output/numbers.hpp"
#include "cli/output/table.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/open_index.hpp"
#include "cli/show/absent.hpp"
#include "cli/show/records.hpp"
#include "core/service/query/entry_words.hpp"
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
  void row(const index::Row& row) override { table_.add_row(text_cells(columns_, row, cells_)); }
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
  JsonPrinter(Context& context, const ColumnChoice& columns)
      : columns_(columns), now_ns_(context.now_ns()), json_(context.out(), JsonWriter::Style::pretty) {
    json_.begin_object().field("schema", 1).key("kernels").begin_array();
  }
  void row(const index::Row& row) override {
    json_.begin_object();
    write_record_fields(json_, columns_, row, now_ns_);
    json_.end_object();
  }
  void finish(const service::ListTotals& totals) override {
    json_.end_array().field("total", totals.matched).end_object();
  }

 private:
  ColumnChoice columns_;
  std::int64_t now_ns_;
  JsonWriter json_;
};

class JsonLinesPrinter : public Printer {
 public:
  JsonLinesPrinter(Context& context, const ColumnChoice& columns)
      : columns_(columns), now_ns_(context.now_ns()), json_(context.out()) {}
  void row(const index::Row& row) override {
    json_.begin_object();
    write_record_fields(json_, columns_, row, now_ns_);
    json_.end_object();
  }

 private:
  ColumnChoice columns_;
  std::int64_t now_ns_;
  JsonWriter json_;
};

class CsvPrinter : public Printer {
 public:
  CsvPrinter(Context& context, const ColumnChoice& columns)
      : columns_(columns), now_ns_(context.now_ns()), csv_(context.out(), header(columns)) {}
  void row(const index::Row& row) override { csv_.row(data_cells(columns_, row, now_ns_)); }

 private:
  static std::vector<std::string> header(const ColumnChoice& columns) {
    std::vector<std::string> names;
    for (const PrintedColumn& column : columns.columns) names.push_back(column.layout.id);
    return names;
  }

  ColumnChoice columns_;
  std::int64_t now_ns_;
  CsvWriter csv_;
};

class IdPrinter : public Printer {
 public:
  IdPrinter(Context& context, service::EntryNames names) : names_(std::move(names)), out_(context.out()) {}
  /// Several kernels of one entry share its name; each is printed once where they stand together.
  void row(const index::Row& row) override {
    std::string name = names_.name_of(row);
    if (name == last_) return;
    out_.write((out_.to_terminal() ? util::escape_control(name) : name) + "\n");
    last_ = std::move(name);
  }

 private:
  service::EntryNames names_;
  Sink& out_;
  std::string last_;
};

std::unique_ptr<Printer> make_printer(Context& context, const ColumnChoice& columns, Format format,
                                      const service::EntryNames& names) {
  switch (format) {
    case Format::json: return std::make_unique<JsonPrinter>(context, columns);
    case Format::jsonl: return std::make_unique<JsonLinesPrinter>(context, columns);
    case Format::csv: return std::make_unique<CsvPrinter>(context, columns);
    case Format::ids: return std::make_unique<IdPrinter>(context, names);
    case Format::table:
    case Format::wide: break;
  }
  return std::make_unique<TablePrinter>(context, columns, format);
}

/// What a person wants to know besides the rows; on stderr, so that a pipe gets rows alone.
void print_summary(Context& context, const service::ListTotals& totals, const service::FilterWords& filters,
                   index::Index& index) {
  note_absent(context, totals.absent);
  if (totals.matched == 0) {
    if (totals.indexed_kernels == 0) return context.messages().note("The index holds no kernels.");
    return explain_nothing(context, filters, index);
  }
  const bool whole = totals.listed == totals.matched && totals.counted_all;
  const std::string of =
      whole ? "" : fmt::format(" of {}{}", totals.counted_all ? "" : "more than ", count_text(totals.matched));
  context.messages().note(fmt::format(
      "{}{} listed, {}; index: {}, {}.", count_text(totals.listed), of, util::format_bytes(totals.listed_bytes),
      counted(totals.indexed_kernels, "kernel", "kernels"), util::format_bytes(totals.indexed_bytes)));
}

ExitCode run_list(const ListOptions& options, Context& context) {
  const Format format = format_of(options.output);
  if (options.columns == "help") {
    print_columns(context.out(), context.out_terminal(), index::record_columns(), format);
    return finish_output(context, ExitCode::ok);
  }
  auto index = open_to_read(context);
  if (!index) return context.report(index.error());
  // Rows of several kinds need a column that tells them apart.
  const bool kinds = options.columns.empty() && !options.request.filters.kinds.empty() && format == Format::table;
  ColumnChoice columns = choose_columns(index->columns(), options.columns, format, options.request.sort);
  if (kinds) add_column_after(columns, "kind", "name");
  service::ListRequest request = options.request;
  // Counting every match of a large index takes longer than listing fifty of them; only documents promise the number.
  request.exact_total = format == Format::json;
  request.fields = columns.fields;
  const auto names = format == Format::ids ? service::EntryNames::read(*index) : service::EntryNames();
  if (!names) return context.report(names.error());

  // The printer starts with the first row, so that a wrong filter prints an error and no half document.
  std::unique_ptr<Printer> printer;
  const auto start = [&] {
    if (!printer) printer = make_printer(context, columns, format, *names);
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
  if (!is_machine_format(format)) print_summary(context, *totals, request.filters, *index);
  return finish_output(context, options.fail_empty && totals->matched == 0 ? ExitCode::failed : ExitCode::ok);
}

}  // namespace

void add_list_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("list", "List kernels, newest first")->alias("ls");
  add_filter_options(*command, options->request.filters);
  add_host_options(*command, options->request.filters);
  CLI::Option* const sort =
      command
          ->add_option(
              "--sort", options->request.sort,
              "By which column, resource or metadata field, with :asc or :desc; --columns help names the columns")
          ->type_name("KEY");
  must_not_be_empty(*sort, "a key to sort by, such as size");
  CLI::Option* const limit =
      command->add_option("--limit", options->request.limit, "At most this many")->type_name("N");
  must_be_whole_number(*limit);
  CLI::Option* const columns =
      command
          ->add_option("--columns", options->columns,
                       "Which columns, in which order; any resource or metadata field is one; help names them")
          ->type_name("A,B,C");
  must_not_be_empty(*columns, "a list of columns, such as key,name,size");
  command->add_flag("--fail-empty", options->fail_empty, "Exit code 1 when nothing matches");
  add_output_options(*command, options->output);
  end_help(*command,
           "Examples:\n"
           "  tcm list --sort size --limit 10             the ten largest kernels\n"
           "  tcm list --glob 'triton_poi_*' -a 90        pointwise kernels for one GPU\n"
           "  tcm list --older-than 30d --json            for a script\n"
           "  tcm list --kind all --size 1M               everything of 1 MiB or more\n"
           "  tcm list --where 'registers>=128 and num_warps=8'\n"
           "  tcm list --columns key,name,registers       columns of your choice",
           {ExitCode::missing});
  command->callback([options, &invocation] {
    invocation.command = [options](Context& context) { return run_list(*options, context); };
  });
}

}  // namespace tcm::cli
