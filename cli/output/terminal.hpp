// SPDX-License-Identifier: Apache-2.0
// What is known of the terminal, if there is one. Asked once at the start and passed on as a value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tcm::cli {

/// The width of what is no terminal: nothing is cut.
inline constexpr std::size_t kUnlimitedWidth = std::numeric_limits<std::size_t>::max();

/// The argument of --color.
enum class ColorMode : std::uint8_t { automatic, always, never };

struct ColorModeName {
  ColorMode value;
  std::string_view name;
};

inline constexpr std::array<ColorModeName, 3> kColorModes{
    {{ColorMode::automatic, "auto"}, {ColorMode::always, "always"}, {ColorMode::never, "never"}}};

/// Absent when `name` is none of the names above.
std::optional<ColorMode> color_mode_of(std::string_view name);

/// The variables that speak about terminals; absent when unset.
struct TerminalEnvironment {
  std::optional<std::string> no_color;        ///< NO_COLOR (no-color.org): counts when not empty
  std::optional<std::string> clicolor_force;  ///< CLICOLOR_FORCE (bixense.com/clicolors): counts unless empty or "0"
  std::optional<std::string> term;            ///< TERM: "dumb", empty or unset understands no escape sequence
  std::optional<std::string> columns;         ///< COLUMNS: a width from 1 to 9999, else ignored
};

TerminalEnvironment read_terminal_environment();

struct Terminal {
  bool is_tty = false;
  bool color = false;                   ///< escape sequences for colours may be written
  bool cursor = false;                  ///< a tty whose lines can be redrawn
  std::size_t width = kUnlimitedWidth;  ///< columns
};

/// In this order: --color always and never; NO_COLOR; CLICOLOR_FORCE; a tty with a TERM that is not "dumb".
bool decide_color(ColorMode mode, bool is_tty, const TerminalEnvironment& environment);

/// `system_width` is what the driver reported, 0 when it knows none.
std::size_t decide_width(bool is_tty, const TerminalEnvironment& environment, std::size_t system_width);

/// Asks about an open descriptor, such as STDOUT_FILENO.
Terminal describe_terminal(int fd, ColorMode mode, const TerminalEnvironment& environment);
Terminal describe_terminal(int fd, ColorMode mode);

}  // namespace tcm::cli
