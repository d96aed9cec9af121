// SPDX-License-Identifier: Apache-2.0
#include "cli/output/progress.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/output/message.hpp"
#include "core/util/text/text.hpp"
#include "tests/output/streams.hpp"

namespace tcm::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

Terminal drawable(std::size_t width) { return {.is_tty = true, .color = false, .cursor = true, .width = width}; }

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(FormatProgress, ShowsLabelCountSizeAndTime) {
  EXPECT_EQ(format_progress("Indexing ~/.triton/cache", 12345, 3328599654, 4s, 80),
            "Indexing ~/.triton/cache  12,345 entries  3.1 GiB  00:04");
  EXPECT_EQ(format_progress("Indexing x", 0, 0, 0s, 80), "Indexing x  0 entries  00:00");
  EXPECT_EQ(format_progress("Indexing x", 1, 0, 3725s, 80), "Indexing x  1 entries  1:02:05");
  EXPECT_EQ(format_progress("Freeing", 1024, 2048, 1s, 80, 5000),
            "Freeing  1,024 of 5,000 entries (20%)  2.0 KiB  00:01");
}

TEST(FormatProgress, FitsEveryWidthAndKeepsTheNumbersLongest) {
  for (std::size_t width = 1; width <= 120; ++width)
    EXPECT_LE(util::display_width(format_progress("Indexing /漢字/a/long/path", 12345, 1 << 30, 4s, width)), width);
  EXPECT_EQ(format_progress("Indexing /a/long/path", 12345, 0, 4s, 34), "Indexing /…  12,345 entries  00:04");
}

TEST(Progress, DrawsAndClearsItsLine) {
  const testing::PseudoTerminal terminal;
  const auto begin = std::chrono::steady_clock::now();
  Progress progress("Indexing \x1b[2J", drawable(80), true, terminal.get());
  progress.add(5, 2048);
  progress.add(1, 0);
  std::string seen;
  for (int drawn = 0; drawn < 4; ++drawn) seen += terminal.read_until(" entries");
  progress.stop();
  progress.stop();
  const auto elapsed = std::chrono::steady_clock::now() - begin;
  seen += terminal.read(100);
  EXPECT_THAT(seen, HasSubstr("\r\x1b[KIndexing \\x1b[2J  6 entries  2.0 KiB  00:00"));
  EXPECT_THAT(seen, EndsWith("\r\x1b[K"));
  EXPECT_THAT(seen, Not(HasSubstr("\n")));
  EXPECT_LE(count_of(seen, "entries"), elapsed / 100ms) << "at most ten times a second";
}

TEST(Progress, IsSilentWithoutATerminalOrWhenNotWanted) {
  const testing::PseudoTerminal pty;
  const testing::PseudoTerminal other;
  const testing::TemporaryStream file;
  {
    Progress quiet("x", drawable(80), false, pty.get());
    Progress dumb("x", Terminal{.is_tty = true}, true, pty.get());
    Progress piped("x", Terminal{}, true, file.get());
    for (Progress* progress : {&quiet, &dumb, &piped}) progress->add(1, 1);
    // By the time that one that came later has drawn, they would have.
    Progress loud("x", drawable(80), true, other.get());
    other.read_until(" entries");
  }
  EXPECT_EQ(pty.read(50), "");
  EXPECT_EQ(file.text(), "");
}

TEST(Progress, ShortWorkDrawsNothing) {
  const testing::PseudoTerminal terminal;
  { Progress progress("x", drawable(80), true, terminal.get()); }
  EXPECT_EQ(terminal.read(50), "");
}

TEST(Progress, AMessagePushesTheLineAway) {
  const testing::PseudoTerminal terminal;
  std::string seen;
  {
    Progress progress("Indexing", drawable(80), true, terminal.get());
    seen = terminal.read_until("00:00");
    Messages(false, false, terminal.get()).warning("skipped");
  }
  EXPECT_THAT(seen + terminal.read(100), HasSubstr("00:00\r\x1b[Ktcm: warning: skipped\r\n"));
}

TEST(Progress, CountsFromManyThreads) {
  const testing::PseudoTerminal terminal;
  Progress progress("Indexing", drawable(80), true, terminal.get());
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i)
    workers.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) progress.add(1, 1024);
      Messages(false, false, terminal.get()).note("worker done");
    });
  for (auto& worker : workers) worker.join();
  std::string seen = terminal.read_until("4,000 entries");
  progress.stop();
  seen += terminal.read(100);
  EXPECT_THAT(seen, HasSubstr("4,000 entries  3.9 MiB"));
  EXPECT_EQ(count_of(seen, "worker done\r\n"), 4);
}

}  // namespace
}  // namespace tcm::cli
