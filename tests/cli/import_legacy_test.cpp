// SPDX-License-Identifier: Apache-2.0
// `tcm db import-legacy` as a user sees it.
#include <fstream>

#include <gmock/gmock.h>

#include "tests/cli/cli_fixture.hpp"
#include "tests/support/legacy_index.hpp"
#include "tests/support/storage.hpp"

namespace tcm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ImportLegacy : public CliTest {
 protected:
  ImportLegacy() {
    key_ = add_kernel(cache(), {.seed = 1}).filename();
    add_kernel(cache(), {.seed = 2});
    const std::string row = "', 1700000000, 77, 0, 1750000000)";
    run_sql(file(), kLegacyKernelsWithHits);
    for (const std::string& where : {key_ + "', '" + cache().string(), "GONE', '" + cache().string(), key_ + "', '/no"})
      run_sql(file(),
              "INSERT INTO kernels (hash, cache_dir, created, runtime_hits, runtime_misses, last_access_time) "
              "VALUES ('" +
                  where + row);
  }
  std::string file() const { return (home_ / "old.db").string(); }
  std::string key_;
};

TEST_F(ImportLegacy, SaysWhatCameAndWhatDidNotAndShowsIt) {
  const ProgramResult imported = tcm({"db", "import-legacy", file()});
  EXPECT_EQ(imported.exit_code, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("1 of 2 kernels imported, 154 hits; 1 gone from the disk"));
  EXPECT_THAT(imported.out, HasSubstr("does not exist here"));
  const std::string sheet = tcm({"show", key_}).out;
  EXPECT_THAT(sheet, HasSubstr("hits            77\n"));
  EXPECT_THAT(sheet, HasSubstr("last hit        2025-06-15 15:06:40 +0000"));
  EXPECT_THAT(sheet, HasSubstr("first seen      2023-11-14 22:13:20 +0000"));
  const auto shown = json({"show", key_, "--json"});
  EXPECT_EQ(shown.at("hits").as_int64(), 77);
  EXPECT_EQ(shown.at("last_hit").as_string(), "2025-06-15T15:06:40Z");
  EXPECT_EQ(shown.at("first_seen").as_string(), "2023-11-14T22:13:20Z");
  const std::string csv = tcm({"list", "--sort", "hits", "-o", "csv", "--columns", "hits,last_hit"}).out;
  EXPECT_EQ(csv, "hits,last_hit\n77,2025-06-15T15:06:40Z\n,\n");
  EXPECT_EQ(tcm({"list", "--where", "hits<100", "-q"}).out, key_ + "\n");
}

TEST_F(ImportLegacy, JsonHasTheSame) {
  const auto report = json({"db", "import-legacy", file(), "--json"});
  EXPECT_EQ(report.at("kernels").as_int64(), 3);
  EXPECT_EQ(report.at("imported").as_int64(), 1);
  EXPECT_EQ(report.at("directories").as_array().size(), 2u);
  EXPECT_EQ(report.at("unusable_rows").as_int64(), 0);
}

TEST_F(ImportLegacy, RowsThatSayNothingArePartlyDone) {
  run_sql(file(),
          "INSERT INTO kernels (hash, cache_dir, created, runtime_hits, runtime_misses, last_access_time) "
          "VALUES ('', '/c', 1, 1, 1, 1)");
  const ProgramResult imported = tcm({"db", "import-legacy", file()});
  EXPECT_EQ(imported.exit_code, 3);
  EXPECT_THAT(imported.err, HasSubstr("1 row without a key or a directory left out"));
}

TEST_F(ImportLegacy, AWrongFileMakesNoIndex) {
  const ProgramResult missing = tcm({"db", "import-legacy", (home_ / "no.db").string()});
  EXPECT_EQ(missing.exit_code, 6);
  EXPECT_THAT(missing.err, HasSubstr("no.db: does not exist"));
  std::ofstream(home_ / "text.db") << std::string(500, 'x');
  const ProgramResult wrong = tcm({"db", "import-legacy", (home_ / "text.db").string()});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_EQ(lines_of(wrong.err).size(), 1u) << wrong.err;
  EXPECT_FALSE(std::filesystem::exists(database()));
  EXPECT_EQ(tcm({"db", "import-legacy"}).exit_code, 2);
}

}  // namespace
}  // namespace tcm::test
