// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/finding.hpp"

#include <algorithm>
#include <array>

namespace tcm::cache {
namespace {

// clang-format off
constexpr std::array kFindings = std::to_array<FindingText>({
    {FindingId::group_unreadable, "group-unreadable", Severity::error,
     "the group is not JSON",
     "fails at every start up to 3.6; 3.7 and later compile again", Repair::remove_entry},
    {FindingId::group_malformed, "group-malformed", Severity::error,
     "the group is JSON of another shape",
     "fails at every start", Repair::remove_entry},
    {FindingId::group_wrong_shape, "group-wrong-shape", Severity::error,
     "the group lists names without their paths",
     "fails at every start since 3.0; up to 2.3 that is the right shape", Repair::rewrite_as_map},
    {FindingId::metadata_unreadable, "metadata-unreadable", Severity::error,
     "the metadata is not a JSON object that Triton can load",
     "fails at every start", Repair::remove_entry},
    {FindingId::metadata_incomplete, "metadata-incomplete", Severity::error,
     "the metadata lacks a field that Triton reads, or contradicts itself",
     "fails at every start, or at the first launch", Repair::remove_entry},
    {FindingId::metadata_missing, "metadata-missing", Severity::warning,
     "the metadata is not there",
     "compiles again", Repair::remove_entry},
    {FindingId::binary_missing, "binary-missing", Severity::error,
     "the binary is not there, or the group does not name it",
     "fails at every start up to 3.7; 3.8 and later compile again when a file that is named is not there",
     Repair::remove_entry},
    {FindingId::binary_truncated, "binary-truncated", Severity::error,
     "the binary is empty or cut short",
     "fails at the first launch", Repair::remove_entry},
    {FindingId::binary_malformed, "binary-malformed", Severity::error,
     "the binary is damaged",
     "fails at the first launch", Repair::remove_entry},
    {FindingId::text_not_utf8, "text-not-utf8", Severity::error,
     "a file that Triton reads as text is not UTF-8",
     "fails at every start", Repair::drop_names},
    {FindingId::text_missing, "text-missing", Severity::warning,
     "the group names a file that is not there",
     "does without it up to 3.7; 3.8 and later compile again", Repair::drop_names},
    {FindingId::paths_elsewhere, "paths-elsewhere", Severity::warning,
     "the group names files in another directory: the cache was moved, or copied",
     "compiles again", Repair::rewrite_paths},
    {FindingId::reads_another_root, "reads-another-root", Severity::warning,
     "the group names the files of another cache, which has them",
     "hits, and reads the other cache", Repair::rewrite_paths},
    {FindingId::key_mismatch, "key-mismatch", Severity::error,
     "the metadata is that of another key",
     "runs a kernel that was compiled for something else", Repair::remove_entry},
    {FindingId::digest_differs, "digest-differs", Severity::error,
     "the bytes of a binary or helper module are not those that were recorded",
     "runs what is there, or fails at the first launch", Repair::remove_entry},
    {FindingId::module_broken, "module-broken", Severity::error,
     "a helper module is cut short, damaged or made for another machine",
     "fails at every start up to 3.3; 3.4 and later compile it again", Repair::remove_entry},
    {FindingId::module_needs_library, "module-needs-library", Severity::warning,
     "a helper module needs another release of a library than this machine has",
     "fails at every start up to 3.3; 3.4 and later compile it again", Repair::remove_entry},
    {FindingId::autotune_unreadable, "autotune-unreadable", Severity::error,
     "a stored autotuning result cannot be read",
     "fails when the kernel is tuned", Repair::remove_entry},
    {FindingId::unreadable, "unreadable", Severity::error,
     "a file cannot be read by this user",
     "fails if it runs as this user", Repair::none},
    {FindingId::unchecked, "unchecked", Severity::warning,
     "a file was not checked, or not all of it: a symbolic link, too large, or it names other directories",
     "is not known", Repair::none},
    {FindingId::partial, "partial", Severity::hint,
     "files without a group, of a compile that did not end",
     "compiles again", Repair::remove_entry},
    {FindingId::leftover, "leftover", Severity::hint,
     "temporaries of a writer that died",
     "takes no notice", Repair::remove_file},
    {FindingId::trust_owner, "trust-owner", Severity::warning,
     "another user owns it, and may change what is run from it",
     "does not look", Repair::none},
    {FindingId::trust_writable, "trust-writable", Severity::warning,
     "other users may write to it, and so change what is run from it",
     "does not look", Repair::none},
    {FindingId::trust_link, "trust-link", Severity::warning,
     "a symbolic link in the cache",
     "follows it", Repair::none},
});
// clang-format on

}  // namespace

std::span<const FindingText> finding_texts() { return kFindings; }

const FindingText& text_of(FindingId id) {
  // In the order of the enumeration, which a test checks.
  return kFindings[static_cast<std::size_t>(id)];
}

std::optional<FindingId> finding_of(std::string_view name) {
  const auto row =
      std::find_if(kFindings.begin(), kFindings.end(), [name](const FindingText& text) { return text.name == name; });
  return row == kFindings.end() ? std::nullopt : std::optional(row->id);
}

std::string_view to_string(FindingId id) { return text_of(id).name; }

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::hint: return "hint";
    case Severity::warning: return "warning";
    case Severity::error: break;
  }
  return "error";
}

std::string_view to_string(Repair repair) {
  switch (repair) {
    case Repair::none: return "none";
    case Repair::rewrite_paths: return "rewrite-paths";
    case Repair::rewrite_as_map: return "rewrite-as-map";
    case Repair::drop_names: return "drop-names";
    case Repair::remove_file: return "remove-file";
    case Repair::remove_entry: break;
  }
  return "remove-entry";
}

std::string_view text_of(Repair repair) {
  switch (repair) {
    case Repair::none: return "nothing";
    case Repair::rewrite_paths: return "rewrites the paths in the group";
    case Repair::rewrite_as_map: return "rewrites the group with paths";
    case Repair::drop_names: return "takes the names out of the group";
    case Repair::remove_file: return "removes the temporaries";
    case Repair::remove_entry: break;
  }
  return "removes the entry, which compiles again";
}

std::string_view to_string(LookupOutcome outcome) {
  switch (outcome) {
    case LookupOutcome::hit: return "hit";
    case LookupOutcome::miss: return "miss";
    case LookupOutcome::crash_at_start: return "crash-at-start";
    case LookupOutcome::fails_at_launch: return "fails-at-launch";
    case LookupOutcome::other_root: break;
  }
  return "other-root";
}

Severity severity_of(FindingId id, LookupOutcome outcome) {
  if (outcome == LookupOutcome::crash_at_start || outcome == LookupOutcome::fails_at_launch) return Severity::error;
  return outcome == LookupOutcome::miss ? std::min(text_of(id).severity, Severity::warning) : text_of(id).severity;
}

}  // namespace tcm::cache
