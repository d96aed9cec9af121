// SPDX-License-Identifier: Apache-2.0
#include "cli/show/bars.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace tcm::cli {

std::string percent_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return {};
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
  return part > 0 && percent < 1 ? std::string("<1%") : fmt::format("{:.0f}%", std::floor(percent + 0.5));
}

std::string bar_text(std::uint64_t part, std::uint64_t whole, std::size_t width) {
  constexpr std::size_t kEighths = 8;
  constexpr std::array<std::string_view, kEighths> kPartial{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (whole == 0 || part == 0) return {};
  const double length = std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
  const auto eighths =
      std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(length * static_cast<double>(width * kEighths))));
  std::string bar;
  for (std::size_t i = 0; i < eighths / kEighths; ++i) bar += "█";
  return bar.append(kPartial[eighths % kEighths]);
}

}  // namespace tcm::cli
