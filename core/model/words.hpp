// SPDX-License-Identifier: Apache-2.0
// The closed vocabularies of a kernel cache. The names are what the index stores and what every output prints, so
// they never change; new ones are appended.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tcm::model {

/// What an entry (one key directory) is.
enum class EntryKind : std::uint8_t {
  kernel,    ///< a compiled kernel with its group, readable
  module,    ///< a helper shared object that Triton compiled for the host
  autotune,  ///< the stored result of an autotuning run
  empty,     ///< an empty directory: a look-up that never became a compile
  partial,   ///< files but no group: a compile that failed or was killed; never a hit
  leftover,  ///< temporaries of a writer, and nothing else
  broken,    ///< a group is there, but a look-up would fail: see SkipReason
  foreign,   ///< not Triton's: counted so that totals are complete, touched by nothing
};

/// What one file of an entry is.
enum class ArtifactKind : std::uint8_t { ir, assembly, binary, metadata, group, source, module, other };

/// How roots lie in a cache directory.
enum class Layout : std::uint8_t { triton, inductor, vllm };

/// Why something in a cache was not indexed as what it looks like.
enum class SkipReason : std::uint8_t {
  none,
  group_malformed,      ///< the group is no JSON, or not of a known shape
  group_too_large,      ///< over the limit for a json file
  metadata_missing,     ///< the group names a metadata file that is not there
  metadata_malformed,   ///< the metadata is no JSON object
  metadata_too_large,   ///< over the limit for a json file
  not_a_kernel,         ///< the metadata is JSON of something else
  not_an_entry,         ///< a file or directory in a root that is not Triton's
  symlink,              ///< never followed
  unreadable,           ///< permission or I/O error
  vanished,             ///< gone or changed while it was being read
  too_deep,             ///< directories nested deeper than any writer nests them
  metadata_incomplete,  ///< the metadata lacks a field that Triton reads at every hit
  binary_missing,       ///< the group names no binary, or one that is not there
  binary_empty,         ///< what is left of a file after a power cut
  binary_malformed,     ///< the backend says that it is cut short or damaged
  file_missing,         ///< the group names a file that is not there and that is neither IR nor assembly
  text_malformed,       ///< a file that Triton reads as text is not UTF-8
  too_many_files,       ///< more files than any writer puts into an entry
};

template <class E>
struct Word {
  E value;
  std::string_view name;
};

inline constexpr std::array<Word<EntryKind>, 8> kEntryKinds{{
    {EntryKind::kernel, "kernel"},
    {EntryKind::module, "module"},
    {EntryKind::autotune, "autotune"},
    {EntryKind::empty, "empty"},
    {EntryKind::partial, "partial"},
    {EntryKind::leftover, "leftover"},
    {EntryKind::broken, "broken"},
    {EntryKind::foreign, "foreign"},
}};

inline constexpr std::array<Word<ArtifactKind>, 8> kArtifactKinds{{
    {ArtifactKind::ir, "ir"},
    {ArtifactKind::assembly, "assembly"},
    {ArtifactKind::binary, "binary"},
    {ArtifactKind::metadata, "metadata"},
    {ArtifactKind::group, "group"},
    {ArtifactKind::source, "source"},
    {ArtifactKind::module, "module"},
    {ArtifactKind::other, "other"},
}};

inline constexpr std::array<Word<Layout>, 3> kLayouts{{
    {Layout::triton, "triton"},
    {Layout::inductor, "inductor"},
    {Layout::vllm, "vllm"},
}};

/// A skip reason with its words for people, and whether it makes the run "partly done". What vanished from a live
/// cache or was never Triton's is no failure.
struct SkipWord {
  SkipReason value;
  std::string_view name;
  std::string_view text;
  bool failure;
};

inline constexpr std::array<SkipWord, 19> kSkipReasons{{
    {SkipReason::none, "", "", false},
    {SkipReason::group_malformed, "group_malformed", "group file is not valid", true},
    {SkipReason::group_too_large, "group_too_large", "group file is over 1 MiB", true},
    {SkipReason::metadata_missing, "metadata_missing", "metadata file is missing", true},
    {SkipReason::metadata_malformed, "metadata_malformed", "metadata is not a valid JSON object", true},
    {SkipReason::metadata_too_large, "metadata_too_large", "metadata is over 1 MiB, or that of the entry over 4 MiB",
     true},
    {SkipReason::not_a_kernel, "not_a_kernel", "metadata does not describe a kernel", true},
    {SkipReason::not_an_entry, "not_an_entry", "not a cache entry", false},
    {SkipReason::symlink, "symlink", "symbolic link, not followed", false},
    {SkipReason::unreadable, "unreadable", "cannot be read", true},
    {SkipReason::vanished, "vanished", "vanished or changed while it was read", false},
    {SkipReason::too_deep, "too_deep", "directories nested too deeply", true},
    {SkipReason::metadata_incomplete, "metadata_incomplete", "metadata lacks a field that Triton needs", true},
    {SkipReason::binary_missing, "binary_missing", "binary is missing", true},
    {SkipReason::binary_empty, "binary_empty", "binary is empty", true},
    {SkipReason::binary_malformed, "binary_malformed", "binary is cut short or damaged", true},
    {SkipReason::file_missing, "file_missing", "a file that the group names is missing", true},
    {SkipReason::text_malformed, "text_malformed", "a text file is not UTF-8", true},
    {SkipReason::too_many_files, "too_many_files", "more files than an entry has", true},
}};

template <class Table, class E>
constexpr std::string_view word_of(const Table& table, E value) {
  for (const auto& word : table)
    if (word.value == value) return word.name;
  return {};
}

template <class E, class Table>
constexpr std::optional<E> value_of(const Table& table, std::string_view name) {
  for (const auto& word : table)
    if (word.name == name) return word.value;
  return std::nullopt;
}

constexpr std::string_view to_string(EntryKind kind) { return word_of(kEntryKinds, kind); }
constexpr std::string_view to_string(ArtifactKind kind) { return word_of(kArtifactKinds, kind); }
constexpr std::string_view to_string(Layout layout) { return word_of(kLayouts, layout); }
constexpr std::string_view to_string(SkipReason reason) { return word_of(kSkipReasons, reason); }
constexpr std::string_view text_of(SkipReason reason) {
  for (const SkipWord& word : kSkipReasons)
    if (word.value == reason) return word.text;
  return {};
}

}  // namespace tcm::model
