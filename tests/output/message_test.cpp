// SPDX-License-Identifier: Apache-2.0
#include "cli/output/message.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/output/streams.hpp"

namespace tcm::cli {
namespace {

TEST(Message, HasALabelAndIsOneLine) {
  EXPECT_EQ(format_message(MessageKind::error, "cannot read /a", false), "tcm: error: cannot read /a");
  EXPECT_EQ(format_message(MessageKind::warning, "x", false), "tcm: warning: x");
  EXPECT_EQ(format_message(MessageKind::hint, "x", false), "tcm: hint: x");
  EXPECT_EQ(format_message(MessageKind::note, "3 kernels", false), "3 kernels");
}

// Part of a path may look like markup, and names must not drive the terminal.
TEST(Message, ShowsHostileNamesAsTheyAre) {
  EXPECT_EQ(format_message(MessageKind::error, "no such directory: /a/[red]x", false),
            "tcm: error: no such directory: /a/[red]x");
  EXPECT_EQ(format_message(MessageKind::error, "/a/\x1b[31mx\ny {} %s", true),
            "\x1b[1;31mtcm: error: \x1b[0m/a/\\x1b[31mx\\x0ay {} %s");
}

TEST(Message, IsColouredOnlyAsDecided) {
  for (const MessageKind kind : {MessageKind::error, MessageKind::warning, MessageKind::hint, MessageKind::note})
    EXPECT_EQ(format_message(kind, "x", false).find('\x1b'), std::string::npos);
  EXPECT_EQ(format_message(MessageKind::warning, "x", true), "\x1b[1;33mtcm: warning: \x1b[0mx");
}

TEST(Messages, QuietKeepsErrorsAndWarnings) {
  const testing::TemporaryStream stream;
  const Messages messages(false, true, stream.get());
  messages.hint("h");
  messages.note("n");
  messages.warning("w");
  messages.error("e");
  EXPECT_EQ(stream.text(), "tcm: warning: w\ntcm: error: e\n");
}

TEST(Messages, PrintsErrorsAndNothingForAReaderThatLeft) {
  const testing::TemporaryStream stream;
  const Messages messages(false, false, stream.get());
  messages.error(Error{ErrorCode::missing, "no index"});
  messages.error(Error{ErrorCode::failed, ""});
  messages.hint("run tcm index");
  messages.note("done");
  EXPECT_EQ(stream.text(), "tcm: error: no index\ntcm: hint: run tcm index\ndone\n");
}

}  // namespace
}  // namespace tcm::cli
