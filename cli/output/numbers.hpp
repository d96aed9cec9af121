// SPDX-License-Identifier: Apache-2.0
// Counts and sizes as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tcm::cli {

/// "12,345"; numbers are not negative.
std::string count_text(std::int64_t number);
std::string count_text(std::uint64_t number);

/// "1.2 MiB", from bytes.
std::string size_text(std::int64_t bytes);

/// "1 entry", "2,000 entries".
std::string counted(std::int64_t number, std::string_view one, std::string_view many);
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

}  // namespace tcm::cli
