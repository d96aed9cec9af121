// SPDX-License-Identifier: Apache-2.0
#include "cli/output/terminal.hpp"

#include <charconv>

#include <sys/ioctl.h>
#include <unistd.h>

#include "core/util/system/env.hpp"

namespace tcm::cli {
namespace {

constexpr std::size_t kDefaultWidth = 80;
constexpr std::size_t kMaxWidth = 9999;

/// Whether the terminal understands escape sequences.
bool is_capable(const TerminalEnvironment& environment) {
  return environment.term && !environment.term->empty() && *environment.term != "dumb";
}

std::size_t system_width(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

std::optional<ColorMode> color_mode_of(std::string_view name) {
  for (const ColorModeName& known : kColorModes)
    if (known.name == name) return known.value;
  return std::nullopt;
}

TerminalEnvironment read_terminal_environment() {
  return {util::get_env("NO_COLOR"), util::get_env("CLICOLOR_FORCE"), util::get_env("TERM"), util::get_env("COLUMNS")};
}

bool decide_color(ColorMode mode, bool is_tty, const TerminalEnvironment& environment) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  if (environment.no_color && !environment.no_color->empty()) return false;
  const auto& force = environment.clicolor_force;
  if (force && !force->empty() && *force != "0") return true;
  return is_tty && is_capable(environment);
}

std::size_t decide_width(bool is_tty, const TerminalEnvironment& environment, std::size_t system_width) {
  if (!is_tty) return kUnlimitedWidth;
  if (environment.columns) {
    const std::string& text = *environment.columns;
    std::size_t width = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
    if (error == std::errc{} && end == text.data() + text.size() && width >= 1 && width <= kMaxWidth) return width;
  }
  return system_width > 0 ? system_width : kDefaultWidth;
}

Terminal describe_terminal(int fd, ColorMode mode, const TerminalEnvironment& environment) {
  Terminal terminal;
  terminal.is_tty = ::isatty(fd) == 1;
  terminal.color = decide_color(mode, terminal.is_tty, environment);
  terminal.cursor = terminal.is_tty && is_capable(environment);
  terminal.width = decide_width(terminal.is_tty, environment, terminal.is_tty ? system_width(fd) : 0);
  return terminal;
}

Terminal describe_terminal(int fd, ColorMode mode) { return describe_terminal(fd, mode, read_terminal_environment()); }

}  // namespace tcm::cli
