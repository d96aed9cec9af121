// SPDX-License-Identifier: Apache-2.0
#include "cli/output/terminal.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/output/streams.hpp"

namespace tcm::cli {
namespace {

struct ColorCase {
  const char* name;
  ColorMode mode;
  bool is_tty;
  TerminalEnvironment environment;
  bool color;
};

TEST(Color, FollowsTheMatrix) {
  const std::optional<std::string> xterm = "xterm-256color";
  const std::vector<ColorCase> cases{
      {"tty", ColorMode::automatic, true, {{}, {}, xterm, {}}, true},
      {"pipe", ColorMode::automatic, false, {{}, {}, xterm, {}}, false},
      {"dumb", ColorMode::automatic, true, {{}, {}, "dumb", {}}, false},
      {"no TERM", ColorMode::automatic, true, {}, false},
      {"empty TERM", ColorMode::automatic, true, {{}, {}, "", {}}, false},
      {"NO_COLOR", ColorMode::automatic, true, {"1", {}, xterm, {}}, false},
      {"NO_COLOR=0", ColorMode::automatic, true, {"0", {}, xterm, {}}, false},
      {"empty NO_COLOR", ColorMode::automatic, true, {"", {}, xterm, {}}, true},
      {"CLICOLOR_FORCE in a pipe", ColorMode::automatic, false, {{}, "1", xterm, {}}, true},
      {"CLICOLOR_FORCE and dumb", ColorMode::automatic, true, {{}, "1", "dumb", {}}, true},
      {"CLICOLOR_FORCE=0", ColorMode::automatic, false, {{}, "0", xterm, {}}, false},
      {"empty CLICOLOR_FORCE", ColorMode::automatic, false, {{}, "", xterm, {}}, false},
      {"NO_COLOR beats CLICOLOR_FORCE", ColorMode::automatic, true, {"1", "1", xterm, {}}, false},
      {"always in a pipe", ColorMode::always, false, {}, true},
      {"always beats NO_COLOR", ColorMode::always, true, {"1", {}, "dumb", {}}, true},
      {"never", ColorMode::never, true, {{}, {}, xterm, {}}, false},
      {"never beats CLICOLOR_FORCE", ColorMode::never, true, {{}, "1", xterm, {}}, false},
  };
  for (const ColorCase& c : cases) EXPECT_EQ(decide_color(c.mode, c.is_tty, c.environment), c.color) << c.name;
}

TEST(Color, ModesHaveNames) {
  EXPECT_EQ(color_mode_of("auto"), ColorMode::automatic);
  EXPECT_EQ(color_mode_of("always"), ColorMode::always);
  EXPECT_EQ(color_mode_of("never"), ColorMode::never);
  EXPECT_EQ(color_mode_of("yes"), std::nullopt);
  EXPECT_EQ(color_mode_of(""), std::nullopt);
}

TEST(Width, ComesFromColumnsThenTheTerminalThenTheDefault) {
  EXPECT_EQ(decide_width(true, {{}, {}, {}, "120"}, 100), 120U);
  EXPECT_EQ(decide_width(true, {}, 100), 100U);
  EXPECT_EQ(decide_width(true, {}, 0), 80U);
  for (const char* bad : {"", "0", "-5", "abc", "12x", " 12", "10000", "99999999999999999999999"})
    EXPECT_EQ(decide_width(true, {{}, {}, {}, bad}, 100), 100U) << bad;
}

TEST(Width, OfAPipeIsUnlimitedWhateverColumnsSays) {
  EXPECT_EQ(decide_width(false, {{}, {}, {}, "40"}, 40), kUnlimitedWidth);
}

TEST(Describe, AsksARealTerminal) {
  const testing::PseudoTerminal pty(97);
  const Terminal terminal = describe_terminal(pty.fd(), ColorMode::automatic, {{}, {}, "xterm", {}});
  EXPECT_TRUE(terminal.is_tty);
  EXPECT_TRUE(terminal.color);
  EXPECT_TRUE(terminal.cursor);
  EXPECT_EQ(terminal.width, 97U);
}

TEST(Describe, ADumbTerminalHasNeitherColorNorCursor) {
  const testing::PseudoTerminal pty;
  const Terminal terminal = describe_terminal(pty.fd(), ColorMode::automatic, {{}, {}, "dumb", {}});
  EXPECT_TRUE(terminal.is_tty);
  EXPECT_FALSE(terminal.color);
  EXPECT_FALSE(terminal.cursor);
  EXPECT_EQ(terminal.width, 80U);
}

TEST(Describe, AFileAndAClosedDescriptorAreNoTerminal) {
  const testing::TemporaryStream file;
  for (const int fd : {::fileno(file.get()), -1}) {
    const Terminal terminal = describe_terminal(fd, ColorMode::always, {{}, {}, "xterm", {}});
    EXPECT_FALSE(terminal.is_tty);
    EXPECT_TRUE(terminal.color);
    EXPECT_FALSE(terminal.cursor);
    EXPECT_EQ(terminal.width, kUnlimitedWidth);
  }
}

}  // namespace
}  // namespace tcm::cli
