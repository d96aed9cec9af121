// SPDX-License-Identifier: Apache-2.0
#include "core/util/text/redact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcm::util {
namespace {

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
