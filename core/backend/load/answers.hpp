// SPDX-License-Identifier: Apache-2.0
// What plugins say of artifacts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/backend/load/plugin_log.hpp"

namespace tcm::backend {

/// The statuses of the plugin interface; a number beyond them is `internal`.
enum class Status : std::uint8_t {
  ok,
  not_applicable,       ///< nobody reads such a file, or it is not what its name says; no error
  malformed,            ///< its structure contradicts itself
  truncated,            ///< it ends before what it says it holds
  unsupported_version,  ///< of a format version that the plugin cannot read
  limit,                ///< over a limit of the host or the plugin
  aborted,
  invalid_argument,  ///< host or plugin broke a rule of the interface
  internal,          ///< the plugin failed
};

/// "ok", "not_applicable", …: stable words.
std::string_view to_string(Status status);

using AttributeValue = std::variant<std::int64_t, std::uint64_t, double, std::string>;

/// One figure. `key` has the interface's syntax; a standard key has its table's type and unit. A string is valid UTF-8
/// of at most 4 KiB (and may hold control characters: escape it for a terminal), a double is finite.
struct Attribute {
  std::string key;
  std::string unit;
  AttributeValue value;
};

struct Diagnostic {
  Severity severity = Severity::info;
  std::string text;                       ///< one line, safe to print, at most 4 KiB before escaping
  std::string code{};                     ///< "vendor.word", stable; empty: none
  std::optional<std::uint64_t> offset{};  ///< bytes from the start of the file
};

/// One plugin's answer for one artifact.
struct Report {
  Status status = Status::not_applicable;
  std::vector<Attribute> attributes;     ///< at most 1024, in the plugin's order; empty for validate
  std::vector<Diagnostic> diagnostics;   ///< at most 32
  std::uint64_t dropped_attributes = 0;  ///< broke a rule, or came after the limit
  std::string first_dropped;             ///< which broke a rule first, and how; safe to print; empty when none did
  std::uint64_t dropped_diagnostics = 0;
};

/// How a kernel is launched, as far as its metadata says. Numbers as they stand there.
struct LaunchFacts {
  std::optional<std::int64_t> num_warps{};
  std::optional<std::int64_t> num_ctas{};
  std::optional<std::int64_t> warp_size{};
  std::optional<std::int64_t> dynamic_shared_bytes{};
};

/// The file that is asked about. Borrowed for the call.
struct ArtifactView {
  std::span<const std::uint8_t> bytes;
  std::string_view extension;      ///< with its dot
  std::string_view target;         ///< Triton's name
  std::string_view arch;           ///< canonical form; empty when not known
  std::string_view metadata_json;  ///< the kernel's metadata, valid JSON, or empty
  std::string_view display_path;   ///< for messages; any bytes
  LaunchFacts launch{};
};

}  // namespace tcm::backend
