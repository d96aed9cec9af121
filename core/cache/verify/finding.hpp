// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a cache: one table of findings, from which output, JSON and documentation come.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tcm::cache {

enum class FindingId : std::uint8_t {
  group_unreadable,
  group_malformed,
  group_wrong_shape,
  metadata_unreadable,
  metadata_incomplete,
  metadata_missing,
  binary_missing,
  binary_truncated,
  binary_malformed,
  text_not_utf8,
  text_missing,
  paths_elsewhere,
  reads_another_root,
  key_mismatch,
  digest_differs,
  module_broken,
  module_needs_library,
  autotune_unreadable,
  unreadable,
  unchecked,
  partial,
  leftover,
  trust_owner,
  trust_writable,
  trust_link,
};

/// A hint is no fault; a warning costs a compile or may one day; an error makes a process fail.
enum class Severity : std::uint8_t { hint, warning, error };

/// What mends it. In this order: of two that an entry needs the later one is enough.
enum class Repair : std::uint8_t { none, rewrite_paths, rewrite_as_map, drop_names, remove_file, remove_entry };

/// What a look-up of Triton comes to.
enum class LookupOutcome : std::uint8_t {
  hit,
  miss,             ///< Triton compiles again, and writes the entry anew
  crash_at_start,   ///< an exception when the kernel is looked up, in every process
  fails_at_launch,  ///< it is loaded, and cannot be run
  other_root,       ///< a hit, on files of another root
};

/// A row of the table. The names never change: scripts and settings use them.
struct FindingText {
  FindingId id;
  std::string_view name;
  Severity severity;        ///< see severity_of()
  std::string_view what;    ///< what is wrong, for people
  std::string_view triton;  ///< what Triton does about it
  Repair repair;
};

std::span<const FindingText> finding_texts();
const FindingText& text_of(FindingId id);
std::optional<FindingId> finding_of(std::string_view name);

std::string_view to_string(FindingId id);
std::string_view to_string(Severity severity);      ///< "error"
std::string_view to_string(Repair repair);          ///< "rewrite-paths"
std::string_view to_string(LookupOutcome outcome);  ///< "crash-at-start"
/// "the paths in the group are rewritten": what a repair does, for people.
std::string_view text_of(Repair repair);

/// How bad it is where the look-up comes to `outcome`: an error only where Triton fails. What it heals by a miss is a
/// warning at most.
Severity severity_of(FindingId id, LookupOutcome outcome);

/// One thing that is wrong with an entry.
struct Finding {
  FindingId id = FindingId::unreadable;
  Severity severity = Severity::error;
  LookupOutcome outcome = LookupOutcome::hit;
  Repair repair = Repair::none;
  std::string group;   ///< file name of the kernel's group; empty: it is about the entry
  std::string file;    ///< the file, relative to the entry; empty: the entry itself
  std::string detail;  ///< what exactly, one line, safe to print; may be empty
};

}  // namespace tcm::cache
