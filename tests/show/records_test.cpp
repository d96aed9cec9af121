// SPDX-License-Identifier: Apache-2.0
// How records are printed, and that a column needs nothing but its row in the table to be printed, too.
#include "cli/show/records.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/index/schema/schema.hpp"
#include "core/service/query/search.hpp"
#include "tests/support/added_column.hpp"
#include "tests/support/temp_dir.hpp"

namespace tcm::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

model::Entry entry(const std::string& key, std::size_t ir_files) {
  model::Record record;
  record.kind = model::EntryKind::kernel;
  record.facts.name = "add";
  record.facts.num_warps = 4;
  record.facts.metadata = R"({"name":"add","ratio":0.5,"debug":false,"shape":[1,2]})";
  for (std::size_t i = 0; i < ir_files; ++i)
    record.artifacts.push_back({"add." + std::to_string(i), model::ArtifactKind::ir, "ir", 1});
  model::Entry made;
  made.key = key;
  made.stamp = {1, 1'700'000'000'000'000'000, 1, true};
  made.records = {record};
  return made;
}

/// An index whose table has one column more than this release's.
class Records : public testing::Test {
 protected:
  Records() : index_(open()) {
    const auto root = index_.ensure_root({"/r", "/r", model::Layout::triton});
    auto writer = index_.write_root(root->id);
    EXPECT_TRUE((*writer)->put(entry("MANY", 3)));
    EXPECT_TRUE((*writer)->put(entry("NONE", 0)));
    EXPECT_TRUE((*writer)->finish({}));
  }

  std::vector<index::Row> rows(const std::string& sort, const std::string& where = {},
                               const std::vector<std::string>& fields = {}) {
    service::ListRequest request;
    request.sort = sort;
    request.fields = fields;
    if (!where.empty()) request.filters.where = {where};
    std::vector<index::Row> found;
    const auto totals =
        service::list_records(request, index_, backends_, kNow, [&](const index::Row& row) { found.push_back(row); });
    EXPECT_TRUE(totals) << totals.error().message;
    return found;
  }

  std::string json(const ColumnChoice& choice, const index::Row& row) {
    std::string text;
    {
      Sink sink(text);
      JsonWriter writer(sink);
      writer.begin_object();
      write_record_fields(writer, choice, row, kNow);
      writer.end_object();
    }
    return text;
  }

  std::string printed_columns(Format format) {
    std::string text;
    {
      Sink sink(text);
      print_columns(sink, {}, index_.columns(), format);
    }
    return text;
  }

  static constexpr std::int64_t kNow = 1'700'000'060'000'000'000;

 private:
  static backend::SearchOptions without_plugins() {
    backend::SearchOptions options;
    options.no_plugins = true;
    return options;
  }

  index::Index open() {
    auto index = index::Index::open((directory_ / "tcm.db").string(), index::OpenMode::create, index::kDefaultTimeout,
                                    added_.schema());
    if (!index) throw std::runtime_error(index.error().message);
    return std::move(*index);
  }

  tcm::test::TempDir directory_;
  tcm::test::AddedColumn added_{index::migrations()};
  service::Backends backends_{without_plugins()};

 protected:
  index::Index index_;
};

TEST_F(Records, AnAddedColumnIsInTablesCsvAndJsonAndIsAskedForByEveryOption) {
  const auto found = rows("stages_kept:asc");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, "MANY") << "who lacks it comes last";
  EXPECT_EQ(rows("ir_file_count", "ir_file_count > 2 and stages_kept < 4").size(), 1U);

  const ColumnChoice table = choose_columns(index_.columns(), {}, Format::table);
  EXPECT_EQ(table.columns.back().layout.header, "stages_kept");
  EXPECT_EQ(text_cells(table, found[0], {kNow}).back(), "3");
  EXPECT_EQ(text_cells(table, found[1], {kNow}).back(), "");
  const ColumnChoice csv = choose_columns(index_.columns(), "key,IR_file_count", Format::csv);
  EXPECT_EQ(csv.columns.back().layout.id, "stages_kept");
  EXPECT_THAT(data_cells(csv, found[0], kNow), ElementsAre("MANY", "3"));

  const ColumnChoice all = choose_columns(index_.columns(), {}, Format::json);
  EXPECT_THAT(json(all, found[0]), HasSubstr(R"("ir_file_count":3)"));
  EXPECT_THAT(json(all, found[1]), HasSubstr(R"("ir_file_count":null)"));
  EXPECT_EQ(json(csv, found[0]), "{\"key\":\"MANY\",\"ir_file_count\":3}\n");

  EXPECT_THAT(printed_columns(Format::table), HasSubstr("how many stages of the compiler left a file"));
  const auto listed = boost::json::parse(printed_columns(Format::json)).at("columns").as_array();
  EXPECT_EQ(listed.back().at("name"), "stages_kept");
  EXPECT_EQ(listed.back().at("json_name"), "ir_file_count");
}

TEST_F(Records, TheTableShowsWhatItIsSortedByUnlessColumnsWereChosen) {
  const auto ids = [&](const std::string& chosen, Format format, const std::string& sort) {
    std::vector<std::string> names;
    for (const PrintedColumn& column : choose_columns(index_.columns(), chosen, format, sort).columns)
      names.push_back(column.layout.id);
    return names;
  };
  const std::vector<std::string> usual = ids({}, Format::table, {});
  EXPECT_EQ(ids({}, Format::table, "size:asc"), usual) << "it is there already";
  EXPECT_THAT(ids({}, Format::table, "num_ctas:asc"), testing::Contains("ctas"));
  EXPECT_THAT(ids({}, Format::table, "registers"), testing::Contains("registers"));
  EXPECT_THAT(ids("key", Format::table, "registers"), ElementsAre("key"));
  EXPECT_THAT(ids({}, Format::csv, "registers"), Not(testing::Contains("registers")));
}

TEST_F(Records, FieldsAreOfTheirOwnTypeInJson) {
  const ColumnChoice choice = choose_columns(index_.columns(), "key,ratio,debug,shape,nowhere", Format::json);
  auto row = rows("key", {}, {"ratio", "debug", "shape"}).front();
  row.extra.emplace_back();
  EXPECT_EQ(json(choice, row),
            "{\"key\":\"MANY\",\"fields\":{\"ratio\":0.5,\"debug\":false,\"shape\":[1,2],\"nowhere\":null}}\n");
  EXPECT_THAT(data_cells(choice, row, kNow), ElementsAre("MANY", "0.5", "false", "[1,2]", ""));
}

TEST_F(Records, AgesAreSecondsForPrograms) {
  const auto row = rows("key").front();
  const ColumnChoice choice = choose_columns(index_.columns(), "age", Format::csv);
  EXPECT_THAT(data_cells(choice, row, kNow), ElementsAre("60"));
  EXPECT_EQ(json(choice, row), "{\"age\":60}\n");
  EXPECT_THAT(text_cells(choice, row, {kNow}), ElementsAre("1m"));
}

}  // namespace
}  // namespace tcm::cli
