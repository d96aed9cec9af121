// SPDX-License-Identifier: Apache-2.0
#include "core/index/values/version_rank.hpp"

#include <algorithm>
#include <charconv>

namespace tcm::index {

std::optional<std::int64_t> version_rank(std::string_view version) {
  constexpr std::int64_t kPart = 10'000;
  std::int64_t rank = 0;
  const char* at = version.data();
  const char* const end = at + version.size();
  bool more = true;
  for (int part = 0; part < 3; ++part) {
    std::uint64_t number = 0;
    if (more) {
      const auto [next, error] = std::from_chars(at, end, number);
      const bool has_number = next != at;
      if (part == 0 && !has_number) return std::nullopt;
      // A number that does not fit its place sorts as the largest that does, so that ranks never overlap.
      if (error == std::errc::result_out_of_range) number = kPart - 1;
      at = next;
      more = has_number && at != end && *at == '.';
      if (more) ++at;
    }
    rank = rank * kPart + static_cast<std::int64_t>(std::min<std::uint64_t>(number, kPart - 1));
  }
  return rank;
}

}  // namespace tcm::index
