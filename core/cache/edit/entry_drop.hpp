// SPDX-License-Identifier: Apache-2.0
// Dropping some of an entry's files, or putting right what its groups say, in two steps. prepare() decides everything
// and writes the new texts into the trash area; once those are on the disk, carry_out() puts them in place and deletes
// what the groups no longer list.
#pragma once

#include <cstdint>
#include <vector>

#include "core/cache/edit/drop_plan.hpp"
#include "core/cache/edit/edit_context.hpp"
#include "core/cache/edit/group_paths.hpp"

namespace tcm::cache {

/// The drops of one editor. One thread at a time.
class EntryDrops {
 public:
  explicit EntryDrops(EditContext& context) : context_(context), group_paths_(context.root, context.options) {}

  DropPlan prepare(const Change& change);
  /// Makes sure that the new groups of these plans are on the disk; those for which that fails are decided then.
  void sync(std::vector<DropPlan>& plans);
  Outcome carry_out(const Change& change, DropPlan& plan);
  /// Forgets a plan that is not carried out.
  void discard(const DropPlan& plan);

 private:
  EditContext& context_;
  GroupPaths group_paths_;
  std::uint64_t count_ = 0;
  int freed_in_vain_ = 0;
};

}  // namespace tcm::cache
