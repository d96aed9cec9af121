// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/finding.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "core/cache/format/python_json.hpp"
#include "core/cache/verify/metadata_text.hpp"

namespace tcm::cache {
namespace {

TEST(Findings, TheTableIsInTheOrderOfItsIds) {
  std::set<std::string_view> names;
  for (const FindingText& row : finding_texts()) {
    EXPECT_EQ(text_of(row.id).name, row.name);
    EXPECT_EQ(finding_of(row.name), row.id);
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_FALSE(row.what.empty() || row.triton.empty());
  }
  EXPECT_EQ(finding_texts().size(), static_cast<std::size_t>(FindingId::trust_link) + 1);
  EXPECT_FALSE(finding_of("nothing"));
}

class Ignored final : public JsonEvents {
 public:
  void begin(char) override {}
  void end(char) override {}
  void key(std::string_view text) override { last = text; }
  void string(std::string_view text) override { last = text; }
  void integer(std::int64_t value) override { last = std::to_string(value); }
  void number(std::string_view text) override { last = text; }
  void literal(std::string_view text) override { last = text; }
  std::string last;
};

bool reads(std::string_view text) {
  Ignored events;
  return !read_python_json(text, events);
}
std::string last(std::string_view text) {
  Ignored events;
  EXPECT_FALSE(read_python_json(text, events)) << text;
  return events.last;
}

TEST(PythonJson, AcceptsWhatPythonAccepts) {
  for (const char* text : {"{}", "[]", " [ 1 , 2 ] ", "NaN", "-Infinity", "[Infinity]", "\"\\ud800\"", "1e400", "-0",
                           "{\"a\": 1, \"a\": {\"b\": [null, true, false]}}", "\"\x7f\"", "1E+2", "0.5"})
    EXPECT_TRUE(reads(text)) << text;
  EXPECT_TRUE(reads(std::string(900, '[') + std::string(900, ']')));
  EXPECT_TRUE(reads("18446744073709551616"));
}

TEST(PythonJson, RefusesWhatPythonRefuses) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a: 1}",
                           "'a'",
                           "01",
                           "1.",
                           ".5",
                           "+1",
                           "-",
                           "nan",
                           "tru",
                           "\"\t\"",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"a",
                           "1 2",
                           "{\"a\" 1}",
                           "{\"a\":}",
                           "[1 2]",
                           "\xEF\xBB\xBF{}",
                           "\"\xff\"",
                           "{1: 2}",
                           "]",
                           "\"\\u12\"",
                           "[\"a\\"})
    EXPECT_FALSE(reads(text)) << text;
  EXPECT_FALSE(reads(std::string(1000, '[') + std::string(1000, ']')));
  EXPECT_FALSE(reads(std::string(4301, '1')));
}

TEST(PythonJson, ReadsStringsAsPythonDoes) {
  EXPECT_EQ(last(R"("\u00e9\n\"")"), "\xC3\xA9\n\"");
  EXPECT_EQ(last(R"("\ud83d\ude00")"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(last(R"("\udcff")"), "\xED\xB3\xBF");
  EXPECT_EQ(last(R"("\ud800\u0041")"),
            "\xED\xA0\x80"
            "A");
}

TEST(PythonJson, TheLastOfSeveralMembersCounts) {
  const MetadataText metadata =
      read_metadata_text(R"({"hash": "a", "hash": "b", "target": 1, "target": {"backend": "x"}})");
  EXPECT_EQ(metadata.hash, "b");
  EXPECT_EQ(metadata.backend, "x");
  EXPECT_EQ(metadata.seen.type_of("target.backend"), ValueType::text);
}

TEST(KeyFits, InEveryEncodingOfASha256) {
  const std::string hash = "ce27d4bffac3d5fcab95bfb9c8e74631a893c65dc571b7242508c0887f97d7c6";
  EXPECT_TRUE(key_fits(hash, "ZYT5JP72YPK7ZK4VX644RZ2GGGUJHRS5YVY3OJBFBDAIQ74X27DA"));
  EXPECT_TRUE(key_fits(hash, hash));
  EXPECT_FALSE(key_fits(hash, "AYT5JP72YPK7ZK4VX644RZ2GGGUJHRS5YVY3OJBFBDAIQ74X27DA"));
  EXPECT_TRUE(key_fits("", "AYT5JP72YPK7ZK4VX644RZ2GGGUJHRS5YVY3OJBFBDAIQ74X27DA"));
  EXPECT_TRUE(key_fits(hash, "no key"));
}

}  // namespace
}  // namespace tcm::cache
