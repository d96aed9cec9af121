// SPDX-License-Identifier: Apache-2.0
#include "cli/output/numbers.hpp"

#include <fmt/format.h>

#include "core/util/text/bytes.hpp"

namespace tcm::cli {

std::string count_text(std::uint64_t number) { return util::format_count(number); }

std::string count_text(std::int64_t number) { return count_text(static_cast<std::uint64_t>(number)); }

std::string size_text(std::int64_t bytes) { return util::format_bytes(static_cast<std::uint64_t>(bytes)); }

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count_text(number), number == 1 ? one : many);
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return counted(static_cast<std::uint64_t>(number), one, many);
}

}  // namespace tcm::cli
