// SPDX-License-Identifier: Apache-2.0
// What a destructive command is about to do, computed before anything is touched. It is shown and then carried out as
// it stands; what was not in it is not touched. Lies in a temporary file, so it takes little memory however long it is.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/cache/edit/change.hpp"
#include "core/cache/trash/trash.hpp"
#include "core/model/change.hpp"
#include "core/model/entry.hpp"
#include "core/service/scan/spellings.hpp"
#include "core/util/result.hpp"
#include "core/util/system/spool.hpp"

namespace tcm::service {

/// A file to share, and which equal one with; roots are positions in Plan::roots.
struct PlannedShare {
  std::string name;
  std::uint32_t root = 0;
  std::string key;
  std::string with;
};

/// Why an entry goes, as a kind; PlanItem::reason says it in words.
enum class Cause : std::uint8_t {
  wanted,    ///< a user chose it
  leftover,  ///< of a dead writer
  version,   ///< of a Triton release that is not used here
  arch,      ///< for a device that is not here
  module,    ///< a module that needs another release of a library
  unused,
  surplus,   ///< not among the newest of its group
  max_size,  ///< the least recently used: of what is over the limit of size
  max_files,
  min_free,
};

struct CauseWord {
  Cause value;
  std::string_view name;  ///< in JSON
  std::string_view text;  ///< for people, after a count: "3 …"
};

inline constexpr std::array<CauseWord, 10> kCauses{{
    {Cause::wanted, "wanted", "wanted"},
    {Cause::leftover, "leftover", "left by dead writers"},
    {Cause::version, "version", "of a Triton not used here"},
    {Cause::arch, "arch", "for a GPU not here"},
    {Cause::module, "module", "modules that need other libraries"},
    {Cause::unused, "unused", "unused (prune.unused_for)"},
    {Cause::surplus, "surplus", "not among the newest (prune.keep_newest)"},
    {Cause::max_size, "max_size", "least recently used (prune.max_size)"},
    {Cause::max_files, "max_files", "least recently used (prune.max_files)"},
    {Cause::min_free, "min_free", "least recently used (prune.min_free)"},
}};

/// One entry that is going to change.
struct PlanItem {
  std::uint32_t root = 0;      ///< position in Plan::roots
  std::int64_t record_id = 0;  ///< of one of its records, in the index
  std::string name;            ///< of its first kernel
  model::EntryKind kind = model::EntryKind::kernel;
  cache::Change change;  ///< without shares
  std::vector<PlannedShare> shares;
  std::uint64_t kernels = 0;  ///< that are concerned
  std::uint64_t files = 0;    ///< that go (of share: that are replaced)
  model::ByteTotals bytes;    ///< apparent sizes of those
  std::uint64_t frees = 0;    ///< bytes that the disk gets back, as du counts: the last of several hard links frees
  std::int64_t last_use_ns = 0;
  std::string reason;  ///< why it goes, a few words
  Cause cause = Cause::wanted;
};

struct PlanSums {
  std::uint64_t entries = 0;
  std::uint64_t kernels = 0;
  std::uint64_t files = 0;
  model::ByteTotals bytes;
  std::uint64_t frees = 0;

  void add(const PlanItem& item);
};

/// Something that matched and is left alone.
struct Kept {
  std::uint32_t root = 0;
  std::string key;
  std::string detail;                  ///< one line; may be empty
  ErrorCode code = ErrorCode::failed;  ///< of what failed
};

struct KeptGroup {
  std::uint64_t count = 0;
  std::vector<Kept> examples;  ///< at most kMaxKeptListed
};
inline constexpr std::size_t kMaxKeptListed = 100;

/// Counts by reason, for what is kept by the plan and for what the execution keeps.
class KeptList {
 public:
  void add(model::KeptReason reason, Kept kept);
  /// Without an example.
  void count(model::KeptReason reason, std::uint64_t more) { mine(reason).count += more; }
  const KeptGroup& of(model::KeptReason reason) const { return groups_[static_cast<std::size_t>(reason)]; }
  std::uint64_t total() const;
  /// Whether something could not be read, or is broken: that is a failure, whatever was requested.
  bool has_damage() const {
    return of(model::KeptReason::unreadable).count > 0 || of(model::KeptReason::broken).count > 0;
  }

 private:
  KeptGroup& mine(model::KeptReason reason) { return groups_[static_cast<std::size_t>(reason)]; }
  std::array<KeptGroup, model::kKeptReasons.size()> groups_;
};

/// What a budget counts.
enum class Measure : std::uint8_t {
  bytes,    ///< that the entries take, as du counts
  files,    ///< in the entries
  missing,  ///< bytes that a file system has too few free
};

/// How full the roots are, when a budget decides.
struct BudgetState {
  std::string limit;  ///< the rule in words: "--max-size 2.0 GiB"
  std::uint64_t used = 0;
  std::uint64_t allowed = 0;     ///< what the rule allows
  std::uint64_t target = 0;      ///< what is left after going down to the low water mark
  std::uint64_t afterwards = 0;  ///< what is left when the plan has been carried out
  Measure measure = Measure::bytes;
  bool met() const { return afterwards <= target; }
};

/// A limit that needs no measuring, when one decides: of age, or of number.
struct LimitState {
  std::string limit;          ///< the rule in words: "--unused-for 90d"
  std::uint64_t entries = 0;  ///< of the plan, that it chose
};

/// A bin of a root's trash whose time is over.
struct ExpiredBin {
  std::uint32_t root = 0;
  cache::TrashBin bin;
};

/// The items of a plan, in a temporary file.
class PlanItems {
 public:
  static Result<PlanItems> create();

  Result<void> add(const PlanItem& item);
  /// In the order in which they are carried out.
  Result<void> for_each(const std::function<Result<void>(PlanItem&& item)>& each);

  const PlanSums& sums() const { return sums_; }
  /// The largest by the sizes of the files that go, at most kMaxLargest, the largest first.
  const std::vector<PlanItem>& largest() const { return largest_; }
  /// Positions in Plan::roots of those in which something changes.
  const std::set<std::uint32_t>& roots() const { return roots_; }

 private:
  explicit PlanItems(util::Spool spool) : spool_(std::move(spool)) {}

  util::Spool spool_;
  PlanSums sums_;
  std::vector<PlanItem> largest_;
  std::set<std::uint32_t> roots_;
};
inline constexpr std::size_t kMaxLargest = 10;

struct Plan {
  std::vector<std::string> roots;
  std::vector<cache::RootId> root_ids;  ///< which directories those were
  PlanItems items;
  std::vector<Spelling> spellings{};
  KeptList kept{};
  std::vector<std::string> notes{};  ///< what the user should know, one line each
  std::vector<Error> failures{};     ///< what could not be looked at
  std::vector<LimitState> limits{};
  std::vector<BudgetState> budgets{};
  std::vector<ExpiredBin> expired{};
  std::vector<std::string> seen_at{};  ///< of the roots, where processes will see them; empty: where they are
  std::string trash_id{};              ///< not empty: removed entries are kept there

  bool empty() const { return items.sums().entries == 0 && expired.empty(); }
  /// Whether every budget is met once `done` of the plan has been done: all of it, or what an execution reports.
  bool meets_budgets(const PlanSums& done) const;
};

void pack(util::Packer& packer, const PlanItem& item);
PlanItem unpack_item(util::Unpacker& unpacker);
void pack(util::Packer& packer, const model::ByteTotals& bytes);
model::ByteTotals unpack_totals(util::Unpacker& unpacker);
/// Without `settled`.
void pack(util::Packer& packer, const model::EntryStamp& stamp);
model::EntryStamp unpack_stamp(util::Unpacker& unpacker);

}  // namespace tcm::service
