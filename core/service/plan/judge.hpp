// SPDX-License-Identifier: Apache-2.0
// Decides about one matching entry: what of it goes, or why it is left alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cache/inspect/inspection.hpp"
#include "core/cache/inspect/used_files.hpp"
#include "core/service/backends.hpp"
#include "core/service/plan/candidates.hpp"
#include "core/service/plan/plan.hpp"
#include "core/service/plan/prune.hpp"

namespace tcm::service {

/// A file that has other names: it takes room until the last of them goes.
struct LinkedFile {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t links = 0;
  std::uint64_t allocated = 0;
};

/// Counts the names of linked files that have gone, to know when one frees room.
class LinkLedger {
 public:
  /// Bytes that removing one more name of `file` frees.
  std::uint64_t remove(const LinkedFile& file);

 private:
  struct Id {
    std::uint64_t device;
    std::uint64_t inode;
    bool operator==(const Id&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Id& id) const { return id.inode * 0x9e3779b97f4a7c15ULL + id.device; }
  };
  std::unordered_map<Id, std::uint64_t, Hash> removed_;
};

/// What the judge says: an item, or a reason to keep, or neither when there is nothing to do.
struct Verdict {
  std::optional<PlanItem> item;             ///< PlanItem::frees without linked files
  std::vector<LinkedFile> linked;           ///< of the files that go
  std::vector<cache::InspectedFile> files;  ///< of share: all of the entry
  std::optional<model::KeptReason> kept;
  std::string detail;
  bool has_temporaries = false;  ///< of upkeep: something in it may be swept while the entry stays
};

class Judge {
 public:
  /// All arguments are borrowed.
  Judge(const PruneRequest& request, const RootSet& roots, const Backends& backends, const cache::UsedFiles& used,
        std::int64_t now_ns)
      : request_(request), roots_(roots), backends_(backends), used_(used), now_ns_(now_ns) {}

  /// Looks at the entry and decides. `chosen`: whatever its last use is, since another limit chose it or may do so.
  Verdict judge(const Candidate& candidate, bool chosen = false) const;
  /// The same for an entry that this is to happen to. `drop`: of Action::drop, the kinds.
  Verdict judge_as(const Candidate& candidate, model::Action action, model::KindSet drop = {}) const;
  /// When the entry was last used, as far as access times and counted hits tell.
  std::int64_t last_use(const Candidate& candidate) const;

 private:
  bool may_touch(const Candidate& candidate, const cache::Inspection& seen, bool chosen, Verdict& verdict) const;
  std::int64_t last_use_of(const Candidate& candidate, const cache::Inspection& seen) const;
  bool rewrites() const;
  void judge_drop(const Candidate& candidate, const cache::Inspection& seen, model::KindSet kinds,
                  Verdict& verdict) const;
  void judge_removal(const Candidate& candidate, const cache::Inspection& seen, Verdict& verdict) const;
  void judge_sweep(const Candidate& candidate, const cache::Inspection& seen, Verdict& verdict) const;
  bool holds_foreign_files(const Candidate& candidate, const cache::Inspection& seen, Verdict& verdict) const;
  PlanItem item_of(const Candidate& candidate, const cache::Inspection& seen, model::Action action) const;

  const PruneRequest& request_;
  const RootSet& roots_;
  const Backends& backends_;
  const cache::UsedFiles& used_;
  std::int64_t now_ns_;
};

}  // namespace tcm::service
