// SPDX-License-Identifier: Apache-2.0
// What to free, and how a user's words and the settings become that: here is the policy of every command that removes
// something. Values in, values out; nothing is looked at, neither on the disk nor in the index.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/model/change.hpp"
#include "core/service/query/filters.hpp"
#include "core/service/verify/verify.hpp"
#include "core/util/result.hpp"

namespace tcm::service {

/// What happens to the kernels that are picked.
enum class PruneMode : std::uint8_t {
  drop,        ///< some kinds of their artifacts go
  full,        ///< their entries go
  duplicates,  ///< entries go of which an equal, newer one is in the same root
  share,       ///< all stay; equal files become one by hard links
  leftovers,   ///< what dead writers and failed compiles left goes, nothing else
  keys,        ///< the entries that are named go
  repair,      ///< what Triton would fail on, or miss, is mended; what cannot be mended goes
  relocate,    ///< none goes: groups come to name the directory in which they are looked up
  upkeep,      ///< entries of any kind go: what limits choose, what is dead, and leftovers
};

struct Budget {
  std::optional<std::uint64_t> max_bytes{};  ///< of all roots together, as du counts
  std::optional<std::uint64_t> max_files{};
  std::optional<std::uint64_t> min_free{};  ///< bytes, on every file system concerned
  unsigned low_water = 100;  ///< percent of max_bytes and max_files to go down to, once they are exceeded
  std::optional<unsigned> min_free_percent{};  ///< in place of min_free: of the size of each file system
  // The same in words, see PruneRequest.
  std::string size_rule{};
  std::string files_rule{};
  std::string free_rule{};

  bool frees_bytes() const { return max_bytes || min_free || min_free_percent; }
  bool any() const { return frees_bytes() || max_files; }
};

/// What can be of no use here any more. Each is a reason to go by itself; what lacks the fact stays.
struct DeadRules {
  std::vector<std::string> versions;                    ///< of Triton, that stay: "3.6", "3.5.1"; empty: all
  std::optional<std::int64_t> version_unused_since_ns;  ///< those of which no kernel was used since go
  std::vector<std::string> archs;                       ///< that stay, in any form that a backend reads; empty: all
  bool modules = false;                                 ///< helper modules go whose libraries this machine has not
};

struct PruneRequest {
  FilterWords filters;
  PruneMode mode = PruneMode::drop;
  model::KindSet drop{model::ArtifactKind::ir, model::ArtifactKind::source};
  bool same_binary = true;                  ///< of duplicates: binaries are compared byte by byte
  bool all = false;                         ///< of full: yes, everything is meant when nothing narrows
  std::vector<std::string> keys;            ///< of keys: whole or unambiguous beginnings
  VerifyLevel level = VerifyLevel::normal;  ///< of repair: how thoroughly entries are checked
  std::optional<cache::Release> release;    ///< of repair: the one that looks them up; absent: each kernel's own
  std::set<cache::FindingId> only;          ///< of repair: what is mended
  DeadRules dead;                           ///< of upkeep
  std::string seen_at;  ///< of relocate: where processes will see the cache directory; empty: where it is

  // Limits. Of drop and full each is a reason to go by itself; the filters say what any of them may choose. A rule is
  // the limit in words that say where it comes from: "--unused-for 90d", "prune.unused_for 90d
  // (/etc/tcm/config.toml:3)".
  std::optional<std::int64_t> unused_since_ns;  ///< what was last used before; of other modes only that goes
  std::string unused_rule;
  Budget budget;
  std::optional<std::uint64_t> keep_newest;  ///< all but so many of each group
  std::string newest_rule;
  std::vector<std::string> group_by;  ///< backend, arch, version, name, root; empty: name, backend, arch
  std::int64_t grace_ns = 0;
  bool trash = false;                 ///< removed entries can be restored
  std::int64_t trash_keep_ns = 0;     ///< bins older than that are emptied
  std::uint64_t trash_max_bytes = 0;  ///< beyond that the oldest bins are emptied

  /// What to work on when the filters name no cache directory; empty: all that the index knows, as for a list.
  std::vector<std::string> cache_dirs;
  std::vector<std::string> default_dirs;  ///< … when the index knows nothing yet
  bool index_on_server = false;           ///< others write it: what it alone names is not touched (see known_dirs.hpp)
  std::optional<model::Layout> layout;
  unsigned jobs = 1;
  bool dry_run = false;  ///< nothing will be changed: roots that this user may not change are planned for and named

  std::vector<std::string> notes;  ///< what the user should know of how his words were read, a sentence each
};

/// Words about how anything is removed. An absent member was not given.
struct ChangeWords {
  bool trash = false;
  bool no_trash = false;             ///< whatever the setting says; excludes `trash`
  std::optional<std::string> grace;  ///< a duration
};

/// Words that ask for a prune, as a user gave them: "none" for a limit switches off what the settings say.
struct PruneWords {
  FilterWords filters;
  std::vector<std::string> drop;  ///< kinds of artifacts, with commas or one by one
  bool full = false;
  std::optional<std::string> deduplicate;  ///< "content", "metadata" or "hardlink"
  bool leftovers = false;
  bool all = false;
  std::optional<std::string> unused_for;  ///< a duration or a date
  std::optional<std::string> max_size;
  std::optional<std::string> max_files;
  std::optional<std::string> min_free;
  std::optional<std::string> low_water;
  std::optional<std::string> keep_newest;
  std::vector<std::string> group_by;  ///< with commas or one by one
  ChangeWords change;
};

/// Words that ask for the removal of some entries.
struct RemovalWords {
  std::vector<std::string> keys;  ///< whole or unambiguous beginnings
  std::vector<std::string> cache_dirs;
  ChangeWords change;
};

/// Words that ask for a repair.
struct RepairWords {
  FilterWords filters;
  std::string level;  ///< "quick" or "normal"; empty: normal
  std::optional<std::string> triton;
  std::vector<std::string> only;  ///< ids of findings, with commas or one by one
  ChangeWords change;
};

/// Words that ask for the upkeep that the settings describe.
struct UpkeepWords {
  std::vector<std::string> cache_dirs;
  bool dry_run = false;
};

/// Words that ask for groups that name the right directory.
struct RelocationWords {
  FilterWords filters;
  std::optional<std::string> to;     ///< where the cache directory will be seen; absolute
  std::optional<std::string> grace;  ///< a duration
};

/// The request that these words make. Limits of the settings (prune.max_size and so on) count only when the words
/// choose nothing by themselves: no filter, no limit, no --all; else a note names those that do not. `now_ns` is what
/// ages are measured from. Errors (usage) name the option and what it takes, or the options that contradict each other.
Result<PruneRequest> prune_request(const PruneWords& words, const config::Settings& settings, std::int64_t now_ns);

/// The same for the removal of entries by their keys.
Result<PruneRequest> removal_request(const RemovalWords& words, const config::Settings& settings);

/// The same for a repair. Unless the words or the settings say otherwise, what is removed goes into the trash.
Result<PruneRequest> repair_request(const RepairWords& words, const config::Settings& settings);

/// What the settings call for: their limits, what they call dead, and leftovers, which always go.
Result<PruneRequest> upkeep_request(const UpkeepWords& words, const config::Settings& settings, std::int64_t now_ns);

/// Whether such a request has any limit, or calls anything dead.
bool has_policy(const PruneRequest& request);

/// The same for groups that name another directory.
Result<PruneRequest> relocation_request(const RelocationWords& words, const config::Settings& settings);

/// The cache directories that somebody configured on purpose; none when the default is all there is. Whatever names no
/// directory itself works on these.
std::vector<std::string> chosen_cache_dirs(const config::Settings& settings);

/// "ir,assembly" as kinds; ir takes source along. Errors (usage) name the words.
Result<model::KindSet> parse_drop(const std::vector<std::string>& words);

/// "20GiB", or "10%" of a file system, into min_free or min_free_percent of `budget`. Errors (usage) name the option.
Result<void> parse_min_free(const std::string& word, Budget& budget);

/// "90%" or "90" as a percentage from 1 to 100.
Result<unsigned> parse_low_water(const std::string& word);

}  // namespace tcm::service
