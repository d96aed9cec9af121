// SPDX-License-Identifier: Apache-2.0
// One table of columns: everything that the index does with a column it does with one that a row adds to the table.
#include "core/index/values/columns.hpp"

#include <set>

#include <gmock/gmock.h>

#include "core/index/schema/schema.hpp"
#include "tests/index/support.hpp"
#include "tests/support/added_column.hpp"

namespace tcm::index::test {
namespace {

class ColumnTest : public IndexTest {
 protected:
  Index open_extended(OpenMode mode = OpenMode::create) const {
    return value(Index::open(path(), mode, kDefaultTimeout, added_.schema()));
  }

  static Field added_field(const Index& index) {
    return {FieldPlace::column, {}, find_column(index.columns(), "ir_file_count"), "ir_file_count"};
  }

  /// "key=value" of the added column, in the order of the list.
  static std::string values(Index& index, const Criteria& criteria = {},
                            const Order& order = {column_field("key"), true}) {
    std::string joined;
    for (const Row& row : rows(index, criteria, order)) {
      const ColumnValue found = value_of(index.columns(), *find_column(index.columns(), "stages_kept"), row);
      const auto* number = std::get_if<std::int64_t>(&found);
      joined += (joined.empty() ? "" : " ") + row.key + "=" + (number != nullptr ? std::to_string(*number) : "none");
    }
    return joined;
  }

  static model::Entry with_ir(const std::string& key, int count) {
    model::Record record = kernel("x");
    std::erase_if(record.artifacts, [](const auto& file) { return file.kind == model::ArtifactKind::ir; });
    for (int i = 0; i < count; ++i)
      record.artifacts.push_back({"x." + std::to_string(i), model::ArtifactKind::ir, "ir", 1});
    return entry(key, {record});
  }

  tcm::test::AddedColumn added_{migrations()};
};

TEST_F(ColumnTest, OneMoreRowOfTheTableIsWrittenReadFilteredAndSorted) {
  Index index = open_extended();
  const std::int64_t root = write(index, "/r", {with_ir("a", 2), with_ir("b", 0), with_ir("c", 10)});
  EXPECT_EQ(values(index), "a=2 b=none c=10");

  Criteria criteria;
  criteria.where = {{Condition::Kind::comparison, {}, added_field(index), Comparison::greater, std::int64_t{2}}};
  EXPECT_EQ(values(index, criteria), "c=10");
  EXPECT_EQ(value(index.count(criteria)), 1);
  EXPECT_EQ(values(index, {}, {added_field(index), false}), "c=10 a=2 b=none");
  EXPECT_EQ(values(index, {}, {added_field(index), true}), "a=2 c=10 b=none");

  // As when files of an entry went, and nothing else.
  auto writer = value(index.write_root(root));
  ok(writer->put_files(with_ir("c", 1)));
  ok(writer->finish({}));
  EXPECT_EQ(values(index), "a=2 b=none c=1");
}

TEST_F(ColumnTest, AnIndexOfTheReleaseBeforeGetsTheColumnWhenItIsOpened) {
  {
    Index before = open();
    write(before, "/r", {with_ir("a", 2)});
  }
  Index index = open_extended();
  EXPECT_EQ(values(index), "a=none");
  write(index, "/r", {with_ir("a", 2)});
  EXPECT_EQ(values(index), "a=2");
  EXPECT_EQ(values(*std::make_unique<Index>(open_extended(OpenMode::read))), "a=2");
  EXPECT_EQ(Index::open(path(), OpenMode::read).error().code, ErrorCode::too_new);
}

TEST(Columns, NamesInTheDatabaseAndOfMembersAreTheTablesOwn) {
  std::set<std::string_view> stored;
  for (const RecordColumn& column : record_columns()) {
    EXPECT_TRUE(!is_stored(column) || stored.insert(column.stored).second) << column.stored;
    EXPECT_EQ(column.internal, column.meaning.empty()) << column.name << " is for users, who want to know what it is";
    EXPECT_EQ(column.type == ColumnType::word, column.words != nullptr) << column.name;
  }
  for (const RecordColumn& column : record_columns())
    EXPECT_TRUE(column.ordered_by.empty() || stored.contains(column.ordered_by)) << column.name;
}

TEST(Columns, AreFoundByAnyOfTheirWordsInAnyCase) {
  for (const char* word : {"warps", "num_warps", "WARPS", "Num_Warps"}) {
    ASSERT_NE(find_column(record_columns(), word), nullptr) << word;
    EXPECT_EQ(find_column(record_columns(), word)->name, "warps");
  }
  for (const char* word : {"", "inode", "warp", "root_id"})
    EXPECT_EQ(find_column(record_columns(), word), nullptr) << word;
}

}  // namespace
}  // namespace tcm::index::test
