// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

class WriterTest : public IndexTest {};

TEST_F(WriterTest, ARecordComesBackAsItWasPut) {
  Index index = open();
  model::Record record = kernel("add_kernel", "hip", "gfx\xff");
  record.facts.num_stages.reset();
  record.facts.shared_bytes = 0;
  record.problem = model::SkipReason::unreadable;
  record.problem_detail = "Zeile \xc3\xa4";
  record.artifacts.push_back({"sub/\xfe\n\"name\"", model::ArtifactKind::module, "so", std::uint64_t{1} << 41});
  write(index, "/r", {entry("KEY", {record}, 1'763'800'000'123'456'789)});

  const Row row = rows(index).at(0);
  EXPECT_EQ(row.key, "KEY");
  EXPECT_EQ(row.kind, model::EntryKind::kernel);
  EXPECT_EQ(row.name, "add_kernel");
  EXPECT_EQ(row.backend, "hip");
  EXPECT_EQ(row.arch, "gfx\xff");
  EXPECT_EQ(row.triton_version, "3.6.0");
  EXPECT_EQ(row.num_warps, 4);
  EXPECT_EQ(row.num_stages, std::nullopt);
  EXPECT_EQ(row.num_ctas, 1);
  EXPECT_EQ(row.warp_size, 32);
  EXPECT_EQ(row.shared_bytes, 0);
  EXPECT_EQ(row.bytes.ir, 100u);
  EXPECT_EQ(row.bytes.assembly, 30u);
  EXPECT_EQ(row.bytes.binary, 5u);
  EXPECT_EQ(row.bytes.source, 7u);
  EXPECT_EQ(row.bytes.metadata, 24u);
  EXPECT_EQ(row.bytes.other, 1u);
  EXPECT_EQ(row.bytes.module, std::uint64_t{1} << 41);
  EXPECT_EQ(row.file_count, 8);
  EXPECT_EQ(row.modified_ns, 1'763'800'000'123'456'789);
  EXPECT_GT(row.first_seen_ns, 1'763'800'000'000'000'000);
  EXPECT_EQ(row.root, "/r");
  EXPECT_EQ(row.problem, model::SkipReason::unreadable);

  const Detail detail = value(index.detail(row.id));
  EXPECT_EQ(detail.metadata, record.facts.metadata);
  EXPECT_EQ(detail.problem_detail, record.problem_detail);
  ASSERT_EQ(detail.artifacts.size(), record.artifacts.size());
  EXPECT_EQ(detail.artifacts.back().name, record.artifacts.back().name);
  EXPECT_EQ(detail.artifacts.back().bytes, record.artifacts.back().bytes);
}

TEST_F(WriterTest, EveryWordSurvives) {
  Index index = open();
  std::vector<model::Entry> entries;
  for (const auto& kind : model::kEntryKinds) {
    model::Record record;
    record.kind = kind.value;
    entries.push_back(entry("kind-" + std::string(kind.name), {record}));
  }
  for (const auto& reason : model::kSkipReasons) {
    model::Record record;
    record.problem = reason.value;
    entries.push_back(entry("why-" + std::string(reason.name), {record}));
  }
  write(index, "/r", entries);
  for (const Row& row : rows(index)) {
    const bool of_kinds = row.key.starts_with("kind-");
    const std::string word(of_kinds ? model::to_string(row.kind) : model::to_string(row.problem));
    EXPECT_EQ((of_kinds ? "kind-" : "why-") + word, row.key);
  }
}

// See model::OwnReading: what a later reading finds may be what an earlier one left.
TEST_F(WriterTest, AReadingAfterAnotherKeepsTheLastUse) {
  Index index = open();
  const auto read = [&](std::int64_t used, std::int64_t left) {
    model::Entry one = entry("KEY", "add_kernel");
    one.reading = {used, left};
    write(index, "/r", {one});
    const Row row = rows(index).at(0);
    return std::pair{row.used_ns, row.left_ns};
  };
  using Times = std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>;
  EXPECT_EQ(read(100, 0), Times(std::nullopt, std::nullopt)) << "nothing to remember";
  EXPECT_EQ(read(100, 900), Times(100, 900));
  EXPECT_EQ(read(900, 1'000), Times(100, 1'000));
  EXPECT_EQ(read(1'000, 0), Times(100, 1'000)) << "read by the owner";
  EXPECT_EQ(read(1'500, 2'000), Times(1'500, 2'000)) << "used in between";
}

TEST_F(WriterTest, AnUnknownRecordIsMissing) {
  Index index = open();
  EXPECT_EQ(index.detail(7).error().code, ErrorCode::missing);
  EXPECT_EQ(index.write_root(7).error().code, ErrorCode::missing);
}

// An upsert must not reset what is not the disk's: first seen, hits. Sizes follow the disk.
TEST_F(WriterTest, FirstSeenAndIdSurviveReplacement) {
  Index index = open();
  write(index, "/r", {entry("K", {kernel("x"), kernel("y")}, 10)});
  const auto before = rows(index, {}, {column_field("name"), true});
  model::Record smaller = kernel("x");
  smaller.artifacts.erase(smaller.artifacts.begin());
  smaller.facts.metadata = "{}";
  write(index, "/r", {entry("K", {smaller, kernel("y")}, 20)});
  const auto after = rows(index, {}, {column_field("name"), true});
  ASSERT_EQ(after.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after[i].id, before[i].id);
    EXPECT_EQ(after[i].first_seen_ns, before[i].first_seen_ns);
    EXPECT_EQ(after[i].modified_ns, 20);
  }
  EXPECT_EQ(after[0].bytes.total(), 67u);
  EXPECT_EQ(after[0].file_count, 6);
  EXPECT_EQ(after[1].name, "y");
  EXPECT_EQ(value(index.detail(after[0].id)).metadata, "{}");
}

// An entry that lost files has the sizes of what is left, at once.
TEST_F(WriterTest, FilesOfAnEntryAreBroughtUpToDateAndNothingElse) {
  Index index = open();
  const std::int64_t root = write(index, "/r", {entry("K", {kernel("x"), kernel("y")}, 10), entry("L", "x", 10)});
  const auto before = rows(index, {}, {column_field("key"), true});
  model::Entry smaller = entry("K", {kernel("other name"), kernel("y")}, 10);
  smaller.stamp.ctime_ns = 77;
  smaller.records[0].artifacts.erase(smaller.records[0].artifacts.begin());
  smaller.records[0].facts.metadata = "{}";
  auto writer = value(index.write_root(root));
  ok(writer->put_files(smaller));
  ok(writer->put_files(entry("unknown", "x")));
  ok(writer->finish({}));

  const auto after = rows(index, {}, {column_field("key"), true});
  ASSERT_EQ(after.size(), before.size()) << "no record is made";
  EXPECT_EQ(after[0].name, "x") << "only files and stamps change";
  EXPECT_EQ(after[0].stamp.ctime_ns, 77);
  EXPECT_EQ(after[0].file_count, before[0].file_count - 1);
  EXPECT_LT(after[0].bytes.total(), before[0].bytes.total());
  EXPECT_EQ(after[1].bytes.total(), before[1].bytes.total());
  const Detail detail = value(index.detail(after[0].id));
  EXPECT_EQ(detail.metadata, kernel("x").facts.metadata);
  EXPECT_EQ(detail.artifacts.size(), smaller.records[0].artifacts.size());
  EXPECT_EQ(value(index.roots()).at(0).bytes,
            static_cast<std::int64_t>(after[0].bytes.total() + after[1].bytes.total() + after[2].bytes.total()));
}

TEST_F(WriterTest, SurplusRecordsOfAnEntryGo) {
  Index index = open();
  write(index, "/r", {entry("K", {kernel("x"), kernel("y"), kernel("z")}), entry("L", {kernel("x"), kernel("y")})});
  write(index, "/r", {entry("K", "x")});
  EXPECT_EQ(keys(index, {}), "K L L");
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM detail"), 3);
}

// The same key in another root is another entry.
TEST_F(WriterTest, RemovingTouchesOneEntryOfOneRoot) {
  Index index = open();
  const std::int64_t r = write(index, "/r", {entry("K", {kernel("x"), kernel("y")}), entry("L", "x")});
  write(index, "/s", {entry("K", "x")});
  const Row second = rows(index, {.names = {{"y"}}}).at(0);
  auto writer = value(index.write_root(r));
  ok(writer->remove(second.id));
  ok(writer->remove(second.id + 1000));
  ok(writer->finish({}));
  EXPECT_EQ(keys(index, {}), "K L");
  EXPECT_EQ(rows(index, {.key_prefix = "K"}).at(0).root, "/s");
  EXPECT_EQ(ask_sql(path(), "SELECT COUNT(*) FROM detail"), 2);
  EXPECT_EQ(value(index.roots()).at(0).entries, 1);
}

TEST_F(WriterTest, AWriterOnlyRemovesFromItsOwnRoot) {
  Index index = open();
  write(index, "/r", {entry("K", "x")});
  const std::int64_t s = write(index, "/s", {entry("L", "x")});
  const Row in_r = rows(index, {.key_prefix = "K"}).at(0);
  auto writer = value(index.write_root(s));
  ok(writer->remove(in_r.id));
  ok(writer->finish({}));
  EXPECT_EQ(keys(index, {}), "K L");
}

TEST_F(WriterTest, ChangesApplyInTheirOrder) {
  Index index = open();
  const std::int64_t r = write(index, "/r", {entry("K", "x")});
  const std::int64_t id = rows(index).at(0).id;
  auto writer = value(index.write_root(r));
  ok(writer->remove(id));
  ok(writer->put(entry("K", "again")));
  ok(writer->put(entry("L", "first")));
  ok(writer->put(entry("L", "second")));
  ok(writer->finish({}));
  const auto all = rows(index, {}, {column_field("key"), true});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "again");
  EXPECT_NE(all[0].id, id) << "an id never comes to mean another record";
  EXPECT_EQ(all[1].name, "second");
}

TEST_F(WriterTest, NothingIsSeenBeforeItsBatch) {
  Index index = open();
  Index reader = open(OpenMode::read);
  const std::int64_t r = write(index, "/r", {});
  auto writer = value(index.write_root(r));
  ok(writer->put(entry("K", "x")));
  EXPECT_EQ(keys(reader, {}), "");
  ok(writer->finish({}));
  EXPECT_EQ(keys(reader, {}), "K");
}

TEST_F(WriterTest, IdsBeyond32BitsAreWhole) {
  Index index = open();
  run_sql(path(), "UPDATE tcm_meta SET value = 5000000000 WHERE name = 'next_id'");
  write(index, "/r", {entry("K", "x")});
  EXPECT_GT(rows(index).at(0).id, 5'000'000'000);
  std::int64_t known = 0;
  ok(index.known_entries(value(index.roots()).at(0).id, 1, 0, [&](const KnownEntry& one) { known = one.id; }));
  EXPECT_EQ(known, rows(index).at(0).id);
}

TEST_F(WriterTest, ZeroBytesAndClaimedSizesDoNoHarm) {
  Index index = open();
  model::Record record = kernel(std::string("a\0b", 3));
  record.artifacts.push_back({"sparse", model::ArtifactKind::other, "", ~std::uint64_t{0}});
  write(index, "/r", {entry("K", {record}), entry("L", {record})});
  EXPECT_EQ(rows(index).at(0).name,
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_GT(value(index.sum({})).bytes.other, std::uint64_t{1} << 50);
}

TEST_F(WriterTest, AnEntryNeedsARecord) {
  Index index = open();
  auto writer = value(index.write_root(write(index, "/r", {})));
  EXPECT_FALSE(writer->put(entry("K", std::vector<model::Record>{})));
}

TEST_F(WriterTest, HugeMetadataDoesNotPileUp) {
  Index index = open();
  const std::int64_t r = write(index, "/r", {});
  auto writer = value(index.write_root(r));
  model::Record record = kernel("x");
  record.facts.metadata = std::string(5 << 20, ' ');
  ok(writer->put(entry("A", {record})));
  ok(writer->put(entry("B", {record})));
  Index reader = open(OpenMode::read);
  EXPECT_EQ(keys(reader, {}), "A B");
}

}  // namespace
}  // namespace tcm::index::test
