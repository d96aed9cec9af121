// SPDX-License-Identifier: Apache-2.0
#include "cli/output/sink.hpp"

#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/output/streams.hpp"

namespace tcm::cli {
namespace {

using ::testing::HasSubstr;

TEST(Sink, WritesToAString) {
  std::string text;
  Sink sink(text);
  sink.write("a");
  sink.write("b\n");
  EXPECT_TRUE(sink.finish());
  EXPECT_EQ(text, "ab\n");
  EXPECT_FALSE(sink.to_terminal());
}

TEST(Sink, WritesMoreThanItsBufferToAStream) {
  const testing::TemporaryStream stream;
  const std::string block(1000, 'x');
  {
    Sink sink(stream.get());
    for (int i = 0; i < 1000; ++i) sink.write(block);
    EXPECT_TRUE(sink.finish());
  }
  EXPECT_EQ(stream.text().size(), 1000000U);
}

TEST(Sink, KnowsATerminal) {
  const testing::PseudoTerminal terminal;
  EXPECT_TRUE(Sink(terminal.get()).to_terminal());
}

// Output that was not written is a failure. A full disk shows at the latest in finish().
TEST(Sink, TellsThatTheDiskIsFull) {
  for (const std::size_t bytes : {1U, 1000000U}) {
    std::FILE* full = std::fopen("/dev/full", "w");
    ASSERT_NE(full, nullptr);
    {
      Sink sink(full);
      sink.write(std::string(bytes, 'x'));
      const Result<void> result = sink.finish();
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code, ErrorCode::no_space);
      EXPECT_THAT(result.error().message, HasSubstr("the disk is full"));
      EXPECT_FALSE(sink.ok());
    }
    std::fclose(full);
  }
}

TEST(Sink, TellsThatTheStreamWasClosed) {
  std::FILE* stream = std::fopen("/dev/null", "w");
  ASSERT_NE(stream, nullptr);
  {
    Sink sink(stream);
    sink.write("data");
    ::close(::fileno(stream));
    const Result<void> result = sink.finish();
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("Bad file descriptor"));
  }
  std::fclose(stream);
}

TEST(Sink, EndsQuietlyWhenTheReaderIsGone) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  std::FILE* stream = ::fdopen(ends[1], "w");
  {
    Sink sink(stream);
    sink.write("data");
    const Result<void> result = sink.finish();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::failed);
    EXPECT_EQ(result.error().message, "");
    sink.write("more");
    EXPECT_FALSE(sink.finish());
  }
  std::fclose(stream);
  std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace tcm::cli
