// SPDX-License-Identifier: Apache-2.0
// SQLite and PostgreSQL give the same answers to the same questions: random ones, the same at every run.
#include <random>

#include <gmock/gmock.h>

#include "core/model/words.hpp"
#include "tests/index/support.hpp"

namespace tcm::index::test {
namespace {

constexpr std::uint32_t kSeeds = 20;
constexpr int kQuestions = 25;  // of each seed

/// Draws from small sets, so that questions meet records.
class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

  std::string name() {
    return of<std::string>({"add", "Add", "a%d", "a_d", "a[d]", "", "ä", "x\xff'\"\\", "add kernel"});
  }
  std::string pattern() {
    return of<std::string>({"a*", "?dd", "[aA]dd", "[!a]*", "a[[]d[]]", "*", "", "a\\*", "[", "*ä*"});
  }
  std::string backend() { return of<std::string>({"cuda", "hip", "", "Cuda"}); }
  std::string arch() { return of<std::string>({"90", "9", "gfx942", ""}); }
  std::string version() { return of<std::string>({"3.6.0", "3.10.1", "3.6.0+git", "", "main"}); }
  std::int64_t number() { return of<std::int64_t>({-1, 0, 1, 4, 100, 167, 1'000'000'000'000}); }
  Comparison sign() {
    using enum Comparison;
    return of<Comparison>({equal, not_equal, less, less_equal, greater, greater_equal});
  }
  model::EntryKind kind() { return model::kEntryKinds[below(model::kEntryKinds.size())].value; }

 private:
  std::mt19937 random_;
};

model::Entry make_entry(Draw& draw, int number) {
  std::vector<model::Record> records;
  for (std::size_t i = 0; i <= draw.below(2); ++i) {
    model::Record record = kernel(draw.name(), draw.backend(), draw.arch());
    record.kind = draw.one_in(3) ? draw.kind() : model::EntryKind::kernel;
    record.facts.triton_version = draw.version();
    record.facts.metadata =
        draw.of<std::string>({"", "{}", R"({"num_warps":4,"name":"add"})", R"({"num_warps":"4","t":{"w":64}})",
                              R"({"num_warps":4.5,"t":[1]})", R"({"num_warps":null,"flag":true})"});
    record.artifacts.resize(draw.below(record.artifacts.size()));
    if (draw.one_in(2)) record.resources = {{"registers", "", static_cast<std::int64_t>(draw.below(4))}};
    if (draw.one_in(2)) record.spill_bytes = static_cast<std::int64_t>(draw.below(2));
    if (draw.one_in(6)) record.problem = model::SkipReason::metadata_missing;
    records.push_back(std::move(record));
  }
  return entry("K" + std::to_string(number), std::move(records), static_cast<std::int64_t>(draw.below(5)));
}

Condition make_condition(Draw& draw, int depth) {
  using Kind = Condition::Kind;
  Condition made;
  if (depth > 0 && draw.one_in(2)) {
    made.kind = draw.of<Kind>({Kind::all, Kind::any, Kind::negation});
    const std::size_t count = made.kind == Kind::negation ? 1 : 1 + draw.below(3);
    for (std::size_t i = 0; i < count; ++i) made.parts.push_back(make_condition(draw, depth - 1));
    return made;
  }
  made.kind = Kind::comparison;
  made.field =
      draw.of<Field>({column_field("name"), column_field("warps"), column_field("size"), column_field("problem"),
                      column_field("host"), column_field("dir"), resource_field("registers"),
                      metadata_field({"num_warps"}), metadata_field({"t", "w"}), metadata_field({"flag"})});
  made.comparison = draw.sign();
  made.value =
      draw.of<Operand>({draw.number(), static_cast<double>(draw.number()) / 2, draw.name(), std::string("4"), true});
  return made;
}

/// By any column but the program's own, by a resource, or by the metadata.
Order make_order(Draw& draw) {
  Order made;
  std::vector<Field> fields{resource_field("registers"), metadata_field({"num_warps"}), metadata_field({"t"})};
  for (const RecordColumn& column : record_columns())
    if (!column.internal) fields.push_back(column_field(column.name));
  made.by = draw.of<Field>(fields);
  made.ascending = draw.one_in(2);
  made.whole_entries = true;
  return made;
}

Criteria make_criteria(Draw& draw) {
  Criteria made;
  const auto often = [&] { return draw.one_in(4); };
  const auto texts = [&](auto word) {
    std::vector<TextMatch> found;
    for (std::size_t i = 0; i <= draw.below(2); ++i) found.push_back({word(), draw.one_in(3)});
    return found;
  };
  if (often()) made.names = texts([&] { return draw.name(); });
  if (often()) made.globs = texts([&] { return draw.pattern(); });
  if (often()) made.backends = texts([&] { return draw.backend(); });
  if (often()) made.archs = {{draw.backend(), draw.arch(), draw.one_in(3)}};
  if (often()) made.triton_versions = {{draw.sign(), version_rank(draw.version()).value_or(0)}};
  if (often()) made.kinds = {draw.kind(), model::EntryKind::kernel};
  if (often()) made.modified_before_ns = static_cast<std::int64_t>(draw.below(5));
  if (often()) made.modified_after_ns = static_cast<std::int64_t>(draw.below(5));
  if (often()) made.sizes = {{draw.sign(), draw.number()}};
  if (often()) made.root_paths = {draw.of<std::string>({"/r", "/r/below", "/", "/r2", "/nowhere"})};
  if (often()) made.key_prefix = draw.of<std::string>({"K", "K1", "k", "L"});
  made.with_problem = draw.one_in(8);
  made.spilling = draw.one_in(8);
  made.all_hosts = draw.one_in(2);
  while (draw.one_in(2)) made.where.push_back(make_condition(draw, 3));
  return made;
}

/// Everything that an index says to a question, as text.
std::string answer(Index& index, const Criteria& criteria, Order order) {
  std::string said;
  ok(index.list(criteria, order, std::nullopt, [&](const Row& row) {
    said += row.root + "/" + row.key + "#" + std::to_string(row.ordinal) + " " + row.name + " " +
            std::to_string(row.bytes.total()) + "\n";
  }));
  const Sums sums = value(index.sum(criteria));
  said += std::to_string(sums.records) + " " + std::to_string(sums.kernels) + " " + std::to_string(sums.entries) + " " +
          std::to_string(sums.files) + " " + std::to_string(sums.bytes.total()) + "\n";
  said += std::to_string(value(index.count(criteria))) + " " + std::to_string(value(index.count(criteria, 3)));
  return said;
}

TEST(Agreement, RandomQuestionsHaveTheSameAnswersInBothDatabases) {
  const tcm::test::TempDir directory;
  const tcm::test::PostgresDatabase database;
  Index file = value(Index::open((directory / "tcm.db").string(), OpenMode::create));
  Index server = value(Index::open(database.url(), OpenMode::create));
  Draw contents(1);
  for (const char* root : {"/r", "/r/below", "/r2"}) {
    std::vector<model::Entry> entries;
    for (int i = 0; i < 40; ++i) entries.push_back(make_entry(contents, i));
    write(file, root, entries);
    write(server, root, entries);
  }
  int met = 0;  // questions that some records and not all of them answer
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    Draw draw(seed);
    for (int question = 0; question < kQuestions; ++question) {
      const Criteria criteria = make_criteria(draw);
      const Order order = make_order(draw);
      const std::string expected = answer(file, criteria, order);
      ASSERT_EQ(answer(server, criteria, order), expected)
          << "question " << question << " of seed " << seed << ", by "
          << (order.by.column != nullptr ? order.by.column->name : "a field");
      const std::int64_t count = value(file.count(criteria));
      met += count > 0 && count < value(file.count({}));
    }
  }
  EXPECT_GT(met, static_cast<int>(kSeeds) * kQuestions / 10) << "the questions miss the records";
}

}  // namespace
}  // namespace tcm::index::test
