// SPDX-License-Identifier: Apache-2.0
// What can be done to an entry, and why something is left alone instead. The names are what outputs print, so they
// never change; new ones are appended.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "core/model/words.hpp"

namespace tcm::model {

enum class Action : std::uint8_t {
  drop,     ///< some kinds of its artifacts go; the group is rewritten first, so that Triton still hits
  remove,   ///< the whole entry goes
  sweep,    ///< temporaries of dead writers in it go
  share,    ///< files of it become hard links to equal ones
  rewrite,  ///< its groups, and paths in its metadata, become what Triton needs; no file goes
};

inline constexpr std::array<Word<Action>, 5> kActions{{
    {Action::drop, "drop"},
    {Action::remove, "remove"},
    {Action::sweep, "sweep"},
    {Action::share, "share"},
    {Action::rewrite, "rewrite"},
}};

/// Why a matching entry is left as it is.
enum class KeptReason : std::uint8_t {
  young,          ///< changed within the grace period
  in_use,         ///< a live writer has a temporary in it, or a process a file of it open or mapped
  changed,        ///< not as it was when the plan was made
  gone,           ///< somebody else removed it meanwhile
  foreign_file,   ///< holds something that is not Triton's
  symlink,        ///< it, or something in it, is a symbolic link
  mount_point,    ///< it, or something in it, is another file system
  other_kernels,  ///< holds another kernel, which does not match
  twin_changed,   ///< the equal entry that was to stay is gone or different now
  newest,         ///< among the newest of its group, which stay
  recent,         ///< used since
  within_budget,  ///< the budget is met without it
  unreadable,     ///< cannot be read, so nothing is known of it
  needs_ir,       ///< of a Triton release that compiles again without its IR
  other_user,     ///< belongs to somebody else, and this user may not change it
  broken,         ///< a hit of it would fail, so its group is left as it is
};

struct KeptWord {
  KeptReason value;
  std::string_view name;
  std::string_view text;  ///< for people, after a count: "3 …"
};

inline constexpr std::array<KeptWord, 16> kKeptReasons{{
    {KeptReason::young, "young", "younger than the grace period"},
    {KeptReason::in_use, "in_use", "in use by a live process"},
    {KeptReason::changed, "changed", "changed since the plan"},
    {KeptReason::gone, "gone", "already gone"},
    {KeptReason::foreign_file, "foreign_file", "with a file that is not Triton's"},
    {KeptReason::symlink, "symlink", "symbolic links, not followed"},
    {KeptReason::mount_point, "mount_point", "on another file system"},
    {KeptReason::other_kernels, "other_kernels", "with another kernel that does not match"},
    {KeptReason::twin_changed, "twin_changed", "whose duplicate changed since the plan"},
    {KeptReason::newest, "newest", "among the newest of their group"},
    {KeptReason::recent, "recent", "used since"},
    {KeptReason::within_budget, "within_budget", "within the budget"},
    {KeptReason::unreadable, "unreadable", "unreadable"},
    {KeptReason::needs_ir, "needs_ir", "of Triton 2, which compiles again without its IR"},
    {KeptReason::other_user, "other_user", "of other users, who alone may change them"},
    {KeptReason::broken, "broken", "broken; `tcm prune --full --kind broken` removes them"},
}};

constexpr std::string_view to_string(Action action) { return word_of(kActions, action); }
constexpr std::string_view to_string(KeptReason reason) { return word_of(kKeptReasons, reason); }
constexpr std::string_view text_of(KeptReason reason) {
  for (const KeptWord& word : kKeptReasons)
    if (word.value == reason) return word.text;
  return {};
}

/// A set of kinds of artifacts.
class KindSet {
 public:
  constexpr KindSet() = default;
  constexpr KindSet(std::initializer_list<ArtifactKind> kinds) {
    for (const ArtifactKind kind : kinds) add(kind);
  }
  constexpr void add(ArtifactKind kind) { bits_ |= bit(kind); }
  constexpr bool has(ArtifactKind kind) const { return (bits_ & bit(kind)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(KindSet, KindSet) = default;

 private:
  static constexpr std::uint32_t bit(ArtifactKind kind) { return 1U << static_cast<unsigned>(kind); }
  std::uint32_t bits_ = 0;
};

}  // namespace tcm::model
