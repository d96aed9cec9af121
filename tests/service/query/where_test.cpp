// SPDX-License-Identifier: Apache-2.0
#include "core/service/query/where.hpp"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/index/values/version_rank.hpp"

namespace tcm::service {
namespace {

using index::Comparison;
using index::Condition;
using index::FieldPlace;
using testing::HasSubstr;

constexpr std::int64_t kAnyTime = 1'000'000'000'000'000'000;
constexpr std::int64_t kDay = 86'400'000'000'000;

Condition parsed(const std::string& text) {
  auto condition = parse_where(text, kAnyTime);
  if (!condition) throw std::runtime_error(condition.error().message);
  return *condition;
}

std::string error(const std::string& text) {
  const auto condition = parse_where(text, kAnyTime);
  if (condition) return "parsed";
  EXPECT_EQ(condition.error().code, ErrorCode::usage);
  return condition.error().message;
}

TEST(Where, AndBindsCloserThanOr) {
  const Condition condition = parsed("num_warps=8 or registers>=128 and not size<1K");
  ASSERT_EQ(condition.kind, Condition::Kind::any);
  ASSERT_EQ(condition.parts.size(), 2U);
  EXPECT_EQ(condition.parts[0].kind, Condition::Kind::comparison);
  ASSERT_EQ(condition.parts[1].kind, Condition::Kind::all);
  EXPECT_EQ(condition.parts[1].parts[1].kind, Condition::Kind::negation);
  EXPECT_EQ(parsed("(num_warps=8 or registers>=128) and size<1K").kind, Condition::Kind::all);
}

TEST(Where, ValuesAreNumbersSizesTextsAndTruths) {
  EXPECT_EQ(parsed("shared > 64K").value, index::Operand(std::int64_t{65536}));
  EXPECT_EQ(parsed("shared>1.5MiB").value, index::Operand(std::int64_t{1572864}));
  EXPECT_EQ(parsed("registers=-1").value, index::Operand(std::int64_t{-1}));
  EXPECT_EQ(parsed("metadata.ratio=0.5").value, index::Operand(0.5));
  EXPECT_EQ(parsed("enable_fp_fusion = true").value, index::Operand(true));
  EXPECT_EQ(parsed("name='a b'").value, index::Operand(std::string("a b")));
  EXPECT_EQ(parsed("name=\"it's\"").value, index::Operand(std::string("it's")));
  EXPECT_EQ(parsed("arch=90").value, index::Operand(std::string("90"))) << "a column of text is compared with text";
}

TEST(Where, FieldsAreColumnsThenResourcesThenMetadata) {
  EXPECT_EQ(parse_field("num_warps")->place, FieldPlace::column);
  EXPECT_EQ(parse_field("registers")->place, FieldPlace::resource);
  EXPECT_EQ(parse_field("x.vendor.figure")->path, (std::vector<std::string>{"x.vendor.figure"}));
  EXPECT_EQ(parse_field("target.warp_size")->path, (std::vector<std::string>{"target", "warp_size"}));
  EXPECT_EQ(parse_field("resource.num_warps")->place, FieldPlace::resource);
  EXPECT_EQ(parse_field("metadata.num_warps")->place, FieldPlace::metadata);
  for (const char* word : {"", "9lives", "a b", "a\"b", "a..b", "metadata.", "$.x"})
    EXPECT_FALSE(parse_field(word)) << word;
}

TEST(Where, VersionsAreComparedAsVersions) {
  const Condition condition = parsed("triton_version >= 3.10");
  ASSERT_NE(condition.field.column, nullptr);
  EXPECT_EQ(condition.field.column->name, "version");
  EXPECT_EQ(condition.value, index::Operand(*index::version_rank("3.10")));
  EXPECT_THAT(error("triton_version > new"), HasSubstr("not a version"));
}

TEST(Where, EveryColumnGoesByItsNameInJsonToo) {
  for (const index::RecordColumn& column : index::record_columns()) {
    if (column.internal) continue;
    for (const std::string_view word : {column.name, column.json, column.alias})
      if (!word.empty()) {
        EXPECT_EQ(parse_field(std::string(word))->column, &column) << word;
      }
  }
  EXPECT_EQ(parse_field("key_hash")->place, FieldPlace::metadata) << "the program's own columns are nobody's words";
}

TEST(Where, NoWordMeansTwoColumns) {
  std::set<std::string_view> words;
  for (const index::RecordColumn& column : index::record_columns()) {
    if (column.internal) continue;
    for (const std::string_view word : std::set{column.name, column.json, column.alias})
      EXPECT_TRUE(word.empty() || words.insert(word).second) << word;
  }
}

TEST(Where, TimesAreDatesOrSoLongAgoAndAgesAreDurations) {
  EXPECT_EQ(parsed("modified < 1970-01-02T00:00:00Z").value, index::Operand(kDay));
  for (const char* text : {"first_seen >= 7d ago", "first_seen >= '7d ago'", "(first_seen >= 7d ago)"}) {
    Condition condition = parsed(text);
    EXPECT_EQ(condition.value, index::Operand(kAnyTime - 7 * kDay)) << text;
    EXPECT_EQ(condition.comparison, Comparison::greater_equal) << text;
  }
  const Condition older = parsed("age > 7d");
  EXPECT_EQ(older.value, index::Operand(kAnyTime - 7 * kDay));
  EXPECT_EQ(older.comparison, Comparison::less) << "what is older was modified earlier";
  EXPECT_THAT(error("modified > 7d"), HasSubstr("7d ago"));
  EXPECT_THAT(error("modified > 2026-10-02 ago"), HasSubstr("a date such as"));
  EXPECT_THAT(error("age > 2026-10-02"), HasSubstr("is a duration"));
  EXPECT_THAT(error("last_hit > soon"), HasSubstr("is a time"));
}

TEST(Where, AWordOfAClosedListIsOneOfIt) {
  EXPECT_EQ(parsed("kind = module").value, index::Operand(std::string("module")));
  EXPECT_EQ(parsed("layout != vllm").value, index::Operand(std::string("vllm")));
  EXPECT_THAT(error("layout = vlm"), HasSubstr("one of triton, inductor, vllm"));
}

TEST(Where, ASuggestionIsNeverTheWordItself) {
  EXPECT_EQ(suggestion("siez", index::record_columns()), " (did you mean size?)");
  for (const index::RecordColumn& column : index::record_columns())
    EXPECT_THAT(suggestion(column.name, index::record_columns()),
                testing::Not(HasSubstr(fmt::format(" {}?", column.name))));
}

TEST(Where, ErrorsShowWhere) {
  EXPECT_THAT(error(""), HasSubstr("expected the name of a field at character 1"));
  EXPECT_THAT(error("registers"), HasSubstr("expected = != < <= > or >= at character 10"));
  EXPECT_THAT(error("registers >"), HasSubstr("expected a value"));
  EXPECT_THAT(error("(registers > 1"), HasSubstr("expected )"));
  EXPECT_THAT(error("registers > 1 registers < 2"), HasSubstr("expected and, or, or the end"));
  EXPECT_THAT(error("name='open"), HasSubstr("never closed"));
  EXPECT_THAT(error("num_warps = many"), HasSubstr("is a number"));
}

TEST(Where, NestingHasALimit) {
  EXPECT_THAT(error(std::string(100'000, '(') + "size>1"), HasSubstr("nested too deeply"));
  std::string negated;
  for (int i = 0; i < 100'000; ++i) negated += "not ";
  EXPECT_THAT(error(negated + "size>1"), HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace tcm::service
