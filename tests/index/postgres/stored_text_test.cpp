// SPDX-License-Identifier: Apache-2.0
#include "core/index/postgres/stored_text.hpp"

#include <random>

#include <gtest/gtest.h>

#include "core/index/location.hpp"
#include "core/index/postgres/glob.hpp"

namespace tcm::index::test {
namespace {

TEST(StoredText, ValidTextStaysAsItIs) {
  for (const char* text : {"", "plain", "Zeile \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\x7f\x01"})
    EXPECT_EQ(to_utf8(text), text);
}

TEST(StoredText, EveryInvalidByteIsACharacterOfItsOwn) {
  EXPECT_EQ(to_utf8("a\xff"), "a\xf4\x8f\xbf\xbf");
  EXPECT_EQ(to_utf8("\x80"), "\xf4\x8f\xbe\x80");
  // Overlong, half a character, a surrogate, beyond the last character.
  for (const char* text : {"\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8"})
    EXPECT_EQ(to_utf8(text).size(), 4 * std::string(text).size()) << text;
  EXPECT_EQ(from_utf8(to_utf8("\xf4\x8f\xbf\xbf")), "\xf4\x8f\xbf\xbf")
      << "what stands for a byte stands for itself, too";
}

TEST(StoredText, AnyBytesComeBack) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) {
      // Mostly bytes that begin or continue characters.
      constexpr std::string_view kOften = "\xf4\x8f\xbe\xbf\x80\xc3\xa4\xe2\x82\xed\xa0\xff";
      c = random() % 4 == 0 ? static_cast<char>(1 + random() % 255) : kOften[random() % kOften.size()];
    }
    ASSERT_EQ(from_utf8(to_utf8(bytes)), bytes);
    ASSERT_EQ(to_utf8(from_utf8(to_utf8(bytes))), to_utf8(bytes));
  }
}

TEST(Globs, BecomeRegularExpressionsThatNoDatabaseRefuses) {
  EXPECT_EQ(glob_to_regex("mul_*?"), "^mul_.*.$");
  EXPECT_EQ(glob_to_regex("a.b\\(c)+"), "^a\\.b\\\\\\(c\\)\\+$");
  EXPECT_EQ(glob_to_regex("[!a-c]x[]y]"), "^[^a-c]x[\\]y]$");
  EXPECT_EQ(glob_to_regex("[z-a]"), "^[z]$") << "a range the wrong way round holds its first end, as in SQLite";
  EXPECT_EQ(glob_to_regex("[!z-ab]"), "^[^zb]$");
  EXPECT_EQ(glob_to_regex("a[b"), "$x") << "a set that nothing closes matches nothing";
  EXPECT_EQ(glob_to_regex("***"), "^.*$");
}

// Each of these made a file whose name holds the password, or an error that does.
TEST(Locations, AServerInWrongWordsIsNoFileAndNoSecretIsShown) {
  for (const char* text : {"host=h password=SECRET", "password=SECRET", " postgresql://u:SECRET@h/d",
                           "\"postgresql://u:SECRET@h/d\"", "sqlite:postgresql://u:SECRET@h/d",
                           "postgres:password=SECRET", "postgresql://u:SEC@SECRET@h/d", "postgresql://u:SEC/SECRET@h/d",
                           "postgresql://u:SECRET", "postgresql://u:SECRET/d?x=y", "user=u dbname=SECRET"}) {
    const auto refused = parse_location(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::usage) << text;
    EXPECT_EQ(refused.error().message.find("SECRET"), std::string::npos) << refused.error().message;
  }
  for (const char* text :
       {"postgresql://h:5432/d", "postgresql://h1:1,h2:2/d", "postgresql://[::1]:5432/d", "postgresql:///d"})
    EXPECT_TRUE(parse_location(text)) << text;
  EXPECT_TRUE(parse_location("postgresql://u:p%40w@h/d?application_name=a@b"));
}

TEST(Locations, AreFilesUnlessTheyNameAServer) {
  const auto parsed = [](const std::string& text) {
    const auto location = parse_location(text);
    if (!location) return "error: " + location.error().message;
    return (location->kind == Location::Kind::sqlite ? "file " : "server ") + location->target;
  };
  EXPECT_EQ(parsed("/a/b.db"), "file /a/b.db");
  EXPECT_EQ(parsed("b.db"), "file b.db");
  EXPECT_EQ(parsed(":memory:"), "file :memory:");
  EXPECT_EQ(parsed("sqlite:///a/b.db"), "file /a/b.db");
  EXPECT_EQ(parsed("sqlite:b.db"), "file b.db");
  EXPECT_EQ(parsed("postgresql://u@h/d"), "server postgresql://u@h/d");
  EXPECT_EQ(parsed("postgresql:host=h dbname=d"), "server host=h dbname=d");
  EXPECT_EQ(parsed("service=fleet"), "server service=fleet");
  const auto unknown = parse_location("mysql://u:hunter2@h/d");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::usage);
  EXPECT_NE(unknown.error().message.find("'mysql'"), std::string::npos);
  EXPECT_EQ(unknown.error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace tcm::index::test
