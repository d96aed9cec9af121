// SPDX-License-Identifier: Apache-2.0
#include "cli/output/json_writer.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

using namespace std::string_literals;

std::string written(const std::function<void(JsonWriter&)>& body,
                    JsonWriter::Style style = JsonWriter::Style::compact) {
  std::string text;
  Sink sink(text);
  JsonWriter json(sink, style);
  body(json);
  EXPECT_TRUE(sink.finish());
  return text;
}

std::string read_string(const std::string& json) { return std::string(boost::json::parse(json).as_string()); }

void sample(JsonWriter& json) {
  json.begin_object().field("schema", 1).key("kernels").begin_array();
  json.begin_object().field("key", "NK47").field("bytes", std::uint64_t{1} << 63).end_object();
  json.begin_object().end_object().end_array();
  json.key("empty").begin_array().end_array().field("total", std::optional<int>{}).field("hit", true).end_object();
}

TEST(JsonWriter, WritesCompactly) {
  EXPECT_EQ(
      written(sample),
      "{\"schema\":1,\"kernels\":[{\"key\":\"NK47\",\"bytes\":9223372036854775808},{}],\"empty\":[],\"total\":null,"
      "\"hit\":true}\n");
}

TEST(JsonWriter, WritesPrettily) {
  EXPECT_EQ(written(sample, JsonWriter::Style::pretty), R"({
  "schema": 1,
  "kernels": [
    {
      "key": "NK47",
      "bytes": 9223372036854775808
    },
    {}
  ],
  "empty": [],
  "total": null,
  "hit": true
}
)");
}

TEST(JsonWriter, BothStylesReadBackEqual) {
  EXPECT_EQ(boost::json::parse(written(sample)), boost::json::parse(written(sample, JsonWriter::Style::pretty)));
}

TEST(JsonWriter, ValuesAtTheTopLevelAreLines) {
  EXPECT_EQ(written([](JsonWriter& json) {
              json.begin_object().field("a", 1).end_object();
              json.begin_object().end_object();
              json.value("x");
            }),
            "{\"a\":1}\n{}\n\"x\"\n");
}

TEST(JsonWriter, WritesEveryNumberExactly) {
  EXPECT_EQ(written([](JsonWriter& json) {
              json.begin_array();
              json.value(std::numeric_limits<std::int64_t>::min()).value(std::numeric_limits<std::uint64_t>::max());
              json.value(-1).value(0U).value(0.1).value(1e300).value(std::nan("")).value(INFINITY).end_array();
            }),
            "[-9223372036854775808,18446744073709551615,-1,0,0.1,1e+300,null,null]\n");
}

TEST(JsonString, ReadsBackEqualForEveryCharacter) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "größe 漢字 🎉 \u202e\u2028\U000e0041\u0085";
  EXPECT_EQ(read_string(json_string(all)), all);
  EXPECT_EQ(json_string("a\"b\\c/\n\t\x01\x7f"), "\"a\\\"b\\\\c/\\n\\t\\u0001\\u007f\"");
  EXPECT_EQ(json_string("\U000e0041"), "\"\\udb40\\udc41\"");
  EXPECT_EQ(json_string(""), "\"\"");
}

TEST(JsonString, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(read_string(json_string("a\xff\xc3(b")), "a\uFFFD\uFFFD(b");
  EXPECT_EQ(read_string(json_string("\xed\xa0\x80")), "\uFFFD\uFFFD\uFFFD");
}

TEST(JsonString, IsValidAndSafeForEveryPairOfBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string json = json_string(std::string{static_cast<char>(a), static_cast<char>(b)});
      ASSERT_TRUE(is_valid_json(json)) << a << ' ' << b;
      ASSERT_EQ(util::escape_control(json), json) << a << ' ' << b;
    }
  }
}

TEST(JsonWriter, KeysAreEscapedToo) {
  EXPECT_EQ(written([](JsonWriter& json) { json.begin_object().field("a\"\x1b", 1).end_object(); }),
            "{\"a\\\"\\u001b\":1}\n");
}

TEST(JsonRaw, KeepsNumbersAndOrderAndDropsBlanks) {
  const std::string metadata =
      "{\n  \"z\" : 1.50,\r\n\t\"a\": [ 1 , 123456789012345678901234567890 ],\n \"s\": \" x \\\" \\\\\" }\n";
  EXPECT_EQ(written([&](JsonWriter& json) { json.raw(metadata); }),
            "{\"z\":1.50,\"a\":[1,123456789012345678901234567890],\"s\":\" x \\\" \\\\\"}\n");
}

TEST(JsonRaw, IsOneLineAndSafeAndEqual) {
  const std::string metadata = "{\"n\":\"\x7f\u202e\u0085 \\u001b\"}";
  const std::string line = written([&](JsonWriter& json) { json.raw(metadata); });
  EXPECT_EQ(line, "{\"n\":\"\\u007f\\u202e\\u0085 \\u001b\"}\n");
  EXPECT_EQ(boost::json::parse(line), boost::json::parse(metadata));
}

TEST(JsonRaw, WhatIsNoJsonCannotBreakTheDocument) {
  for (const std::string bad : {"{", "}", "{\"a\":1}}", "{\"a\":1},\"b\":2", "nul", "'a'", "{\"a\":1,}", "\"\n\"",
                                "\"\xff\"", "// x\n1", "1 2", " ", "NaN"}) {
    EXPECT_FALSE(is_valid_json(bad)) << bad;
    const std::string text =
        written([&](JsonWriter& json) { json.begin_object().key("metadata").raw(bad).end_object(); });
    const boost::json::value back = boost::json::parse(text);
    EXPECT_TRUE(back.as_object().at("metadata").is_string()) << bad;
  }
  EXPECT_EQ(written([](JsonWriter& json) { json.raw(""); }), "null\n");
}

TEST(JsonRaw, DepthIsBounded) {
  EXPECT_TRUE(is_valid_json(std::string(500, '[') + std::string(500, ']')));
  EXPECT_FALSE(is_valid_json(std::string(100000, '[') + std::string(100000, ']')));
  EXPECT_FALSE(is_valid_json(std::string(1000000, '[')));
}

TEST(JsonWriter, StreamsMoreThanMemoryShouldHold) {
  std::string text;
  {
    Sink sink(text);
    JsonWriter json(sink);
    json.begin_object().field("schema", 1).key("kernels").begin_array();
    for (int i = 0; i < 20000; ++i) json.begin_object().field("key", std::to_string(i)).field("n", i).end_object();
    json.end_array().field("total", 20000).end_object();
  }
  const boost::json::value back = boost::json::parse(text);
  EXPECT_EQ(back.at("kernels").as_array().size(), 20000U);
  EXPECT_EQ(back.at("kernels").as_array().at(19999).at("n"), 19999);
}

}  // namespace
}  // namespace tcm::cli
