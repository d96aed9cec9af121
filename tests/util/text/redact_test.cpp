// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/redact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcm::util {
namespace {

TEST(RedactText, HidesPasswordsWhereverTheyStand) {
  EXPECT_EQ(redact_text("unknown argument 'postgresql://u:pw@h/d' (see tcm list --help)"),
            "unknown argument 'postgresql://u:***@h/d' (see tcm list --help)");
  EXPECT_EQ(redact_text("/home/u/postgresql://u:pw@h/d: no such file"), "/home/u/postgresql://u:***@h/d: no such file");
  EXPECT_EQ(redact_text("a postgresql://u:pw@h:1, b postgres://u:pw2@i/d?password=x."),
            "a postgresql://u:***@h:1, b postgres://u:***@i/d?password=***.");
  EXPECT_EQ(redact_text("'sqlite:postgresql://u:pw@h/d' is no setting"),
            "'sqlite:postgresql://u:***@h/d' is no setting");
  EXPECT_EQ(redact_text("'postgresql:host=h password=pw port=1': no key"),
            "'postgresql:host=h password=*** port=1': no key");
  EXPECT_EQ(redact_text("/w/postgresql:/u:pw@h/d is gone"), "/w/postgresql:/u:***@h/d is gone");
  EXPECT_EQ(redact_text("host=h Password = 'p w' x"), "host=h Password =*** x");
  EXPECT_EQ(redact_text("postgresql://u:pw: no such directory"), "postgresql://u:***: no such directory");
}

TEST(RedactText, APasswordMayHoldBlanksAndQuotes) {
  for (const char* line : {"x postgresql://u:secret word@h/d: gone", "x 'postgresql://u:secret'word@h/d': gone",
                           "x postgresql://u:secret/w ord@h/d: gone"}) {
    const std::string shown = redact_text(line);
    for (const char* part : {"secret", "word", "ord@"}) EXPECT_EQ(shown.find(part), std::string::npos) << shown;
    EXPECT_TRUE(shown.ends_with(": gone")) << shown;
  }
}

TEST(HideWord, HidesWholeWordsOnly) {
  const auto hidden = [](std::string line, std::string_view secret) {
    hide_word(line, secret);
    return line;
  };
  EXPECT_EQ(hidden("invalid port \"geheim\": geheimer", "geheim"), "invalid port \"***\": geheimer");
  EXPECT_EQ(hidden("port 1 failed: accepting TCP/IP", "p"), "port 1 failed: accepting TCP/IP");
  EXPECT_EQ(hidden("port 1 failed: accepting TCP/IP", "fail"), "port 1 failed: accepting TCP/IP");
  EXPECT_EQ(hidden("a", ""), "a");
}

TEST(RedactText, LeavesTheRestOfALineAlone) {
  for (const char* line :
       {"postgresql://h:5432/d: could not connect; ask admin@h", "/a/b:c@d: no such directory",
        "password authentication failed for user \"u\"", "https://example.org/a, http://h:80.", "", "://", "a ://: b",
        "a:/b:c@d", "postgresql://u:***@h/d: refused; password=*** x", "postgresql://[::1]:5432/d: refused by a@b"}) {
    EXPECT_EQ(redact_text(line), line);
    EXPECT_EQ(redact_text(redact_text(line)), line);
  }
}

TEST(RedactUrl, HidesThePasswordOnly) {
  EXPECT_EQ(redact_url("postgresql://user:secret@host:5432/db"), "postgresql://user:***@host:5432/db");
  EXPECT_EQ(redact_url("postgresql://:secret@/db"), "postgresql://:***@/db");
}

TEST(RedactUrl, LeavesAloneWhatHoldsNone) {
  for (const char* url : {"postgresql://host:5432/db", "postgresql://user@host/db?sslmode=require",
                          "postgresql:///db?host=/run/postgresql", "sqlite:/home/u/a:b@c.db", "/a/b:c@d", ""})
    EXPECT_EQ(redact_url(url), url);
}

TEST(RedactUrl, HidesPasswordsAmongTheParameters) {
  EXPECT_EQ(redact_url("postgresql://h/db?user=u&password=secret&port=1"),
            "postgresql://h/db?user=u&password=***&port=1");
  EXPECT_EQ(redact_url("postgresql://h/db?PASSWORD=secret"), "postgresql://h/db?PASSWORD=***");
  EXPECT_EQ(redact_url("postgresql://h/db?pass%77ord=secret"), "postgresql://h/db?pass%77ord=***");
  EXPECT_EQ(redact_url("postgresql://h/db?sslpassword=secret"), "postgresql://h/db?sslpassword=***");
}

TEST(RedactUrl, HidesWhatMayBeAMistypedPassword) {
  EXPECT_EQ(redact_url("postgresql://h/db?pasword=secret&sslmode=require"),
            "postgresql://h/db?pasword=***&sslmode=require");
  EXPECT_EQ(redact_url("postgresql://h/db?password=sec&ret"), "postgresql://h/db?password=***");
  EXPECT_EQ(redact_url("postgresql://h/db?password=sec&ret&port=1"), "postgresql://h/db?password=***&port=1");
  EXPECT_EQ(redact_url("postgresql:host=h pasword=secret"), "postgresql:host=h pasword=***");
  EXPECT_EQ(redact_url("postgresql:options='-c pw=1' pwd='a b'"), "postgresql:options='-c pw=1' pwd=***");
  EXPECT_EQ(redact_url("postgresql:host='it\\'s' user = me"), "postgresql:host='it\\'s' user = me");
}

TEST(RedactUrl, HidesPasswordsAmongWords) {
  EXPECT_EQ(redact_url("postgresql:host=h password=secret"), "postgresql:host=h password=***");
  EXPECT_EQ(redact_url("postgresql:password = 'sec ret' host=h"), "postgresql:password =***");
  EXPECT_EQ(redact_url("service=x password=secret"), "service=x password=***");
  EXPECT_EQ(redact_url("service=x"), "service=x");
  EXPECT_EQ(redact_url("postgresql:service=x dbname=y"), "postgresql:service=x dbname=y");
  EXPECT_EQ(redact_url("/a/password=x"), "/a/password=x") << "a path";
}

// A password that somebody forgot to encode must not show, not even in part.
TEST(RedactUrl, HidesAPasswordWithCharactersThatAUrlGivesMeaning) {
  for (const char* url :
       {"postgresql://u:sec@ret@host/db", "postgresql://u:sec/ret@host/db", "postgresql://u:sec:ret@host/db",
        "postgresql://u:sec?ret@host/db", "postgresql://u:sec?a=b&password=ret@host/db",
        "postgresql://u:sec#ret@host/db", "postgresql://h:1/db?password=sec@ret"}) {
    const std::string shown = redact_url(url);
    EXPECT_THAT(shown, testing::Not(testing::AnyOf(testing::HasSubstr("sec"), testing::HasSubstr("ret")))) << shown;
    EXPECT_THAT(shown, testing::HasSubstr("***"));
  }
}

}  // namespace
}  // namespace tcm::util
