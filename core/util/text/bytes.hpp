// SPDX-License-Identifier: Apache-2.0
// Sizes and counts as people write them. All functions are pure and safe to call from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/util/result.hpp"

namespace tcm::util {

/// "812 B", "12.4 KiB", "1.9 MiB": binary units, one decimal, rounded to the nearest ("1.0 MiB", never "1024.0 KiB").
std::string format_bytes(std::uint64_t bytes);

/// Reads a size. The rule is that of GNU du and its relatives (coreutils manual, "Block size"): K M G T P, alone or as
/// KiB MiB …, are powers of 1024; with B alone (KB, MB, …) powers of 1000. No unit, or B, is bytes. Upper and lower
/// case are the same, blanks may stand before the unit, and a decimal fraction may stand before a unit over a byte
/// ("1.5G"); what is left under one byte is dropped. ErrorCode::usage for everything else and for more than 2^64 - 1
/// bytes.
Result<std::uint64_t> parse_bytes(std::string_view text);

/// "4,000". The comma is fixed, whatever the locale: output is the same everywhere.
std::string format_count(std::uint64_t count);

}  // namespace tcm::util
