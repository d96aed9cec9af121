// SPDX-License-Identifier: Apache-2.0
#include "core/service/plan/plan.hpp"

#include <algorithm>

namespace tcm::service {
namespace {

void pack_change(util::Packer& packer, const cache::Change& change) {
  packer.text(change.key);
  pack(packer, change.stamp);
  packer.number(static_cast<std::uint64_t>(change.action));
  std::uint64_t kinds = 0;
  for (const auto& word : model::kArtifactKinds)
    if (change.kinds.has(word.value)) kinds |= std::uint64_t{1} << static_cast<unsigned>(word.value);
  packer.number(kinds);
  packer.number(change.ordinals.size());
  for (const std::int64_t ordinal : change.ordinals) packer.signed_number(ordinal);
  packer.number(change.duplicate_of ? 1 : 0);
  if (!change.duplicate_of) return;
  packer.text(change.duplicate_of->key);
  pack(packer, change.duplicate_of->stamp);
  packer.text(change.duplicate_of->binary);
  packer.text(change.duplicate_of->own_binary);
}

cache::Change unpack_change(util::Unpacker& unpacker) {
  cache::Change change;
  change.key = unpacker.text();
  change.stamp = unpack_stamp(unpacker);
  change.action = static_cast<model::Action>(unpacker.number());
  const std::uint64_t kinds = unpacker.number();
  for (const auto& word : model::kArtifactKinds)
    if ((kinds >> static_cast<unsigned>(word.value)) & 1U) change.kinds.add(word.value);
  for (std::uint64_t left = unpacker.number(); left > 0; --left) change.ordinals.push_back(unpacker.signed_number());
  if (unpacker.number() == 0) return change;
  cache::Duplicate duplicate;
  duplicate.key = unpacker.text();
  duplicate.stamp = unpack_stamp(unpacker);
  duplicate.binary = unpacker.text();
  duplicate.own_binary = unpacker.text();
  change.duplicate_of = std::move(duplicate);
  return change;
}

}  // namespace

void pack(util::Packer& packer, const model::ByteTotals& bytes) {
  for (const std::uint64_t value :
       {bytes.ir, bytes.assembly, bytes.binary, bytes.source, bytes.module, bytes.metadata, bytes.other})
    packer.number(value);
}

model::ByteTotals unpack_totals(util::Unpacker& unpacker) {
  model::ByteTotals bytes;
  for (std::uint64_t* value :
       {&bytes.ir, &bytes.assembly, &bytes.binary, &bytes.source, &bytes.module, &bytes.metadata, &bytes.other})
    *value = unpacker.number();
  return bytes;
}

void pack(util::Packer& packer, const model::EntryStamp& stamp) {
  packer.number(stamp.inode);
  packer.signed_number(stamp.mtime_ns);
  packer.signed_number(stamp.ctime_ns);
}

model::EntryStamp unpack_stamp(util::Unpacker& unpacker) {
  model::EntryStamp stamp;
  stamp.inode = unpacker.number();
  stamp.mtime_ns = unpacker.signed_number();
  stamp.ctime_ns = unpacker.signed_number();
  return stamp;
}

void pack(util::Packer& packer, const PlanItem& item) {
  packer.number(item.root);
  packer.signed_number(item.record_id);
  packer.text(item.name);
  packer.number(static_cast<std::uint64_t>(item.kind));
  pack_change(packer, item.change);
  packer.number(item.shares.size());
  for (const PlannedShare& share : item.shares) {
    packer.text(share.name);
    packer.number(share.root);
    packer.text(share.key);
    packer.text(share.with);
  }
  packer.number(item.kernels);
  packer.number(item.files);
  pack(packer, item.bytes);
  packer.number(item.frees);
  packer.signed_number(item.last_use_ns);
  packer.text(item.reason);
  packer.number(static_cast<std::uint64_t>(item.cause));
}

PlanItem unpack_item(util::Unpacker& unpacker) {
  PlanItem item;
  item.root = static_cast<std::uint32_t>(unpacker.number());
  item.record_id = unpacker.signed_number();
  item.name = unpacker.text();
  item.kind = static_cast<model::EntryKind>(unpacker.number());
  item.change = unpack_change(unpacker);
  for (std::uint64_t left = unpacker.number(); left > 0; --left) {
    PlannedShare share;
    share.name = unpacker.text();
    share.root = static_cast<std::uint32_t>(unpacker.number());
    share.key = unpacker.text();
    share.with = unpacker.text();
    item.shares.push_back(std::move(share));
  }
  item.kernels = unpacker.number();
  item.files = unpacker.number();
  item.bytes = unpack_totals(unpacker);
  item.frees = unpacker.number();
  item.last_use_ns = unpacker.signed_number();
  item.reason = unpacker.text();
  item.cause = static_cast<Cause>(unpacker.number());
  return item;
}

void PlanSums::add(const PlanItem& item) {
  ++entries;
  kernels += item.kernels;
  files += item.files;
  bytes += item.bytes;
  frees += item.frees;
}

void KeptList::add(model::KeptReason reason, Kept kept) {
  KeptGroup& group = mine(reason);
  ++group.count;
  if (group.examples.size() < kMaxKeptListed) group.examples.push_back(std::move(kept));
}

std::uint64_t KeptList::total() const {
  std::uint64_t total = 0;
  for (const KeptGroup& group : groups_) total += group.count;
  return total;
}

bool Plan::meets_budgets(const PlanSums& done) const {
  const PlanSums& planned = items.sums();
  return std::all_of(budgets.begin(), budgets.end(), [&](const BudgetState& budget) {
    const bool counts_files = budget.measure == Measure::files;
    const std::uint64_t wanted = counts_files ? planned.files : planned.frees;
    const std::uint64_t reached = counts_files ? done.files : done.frees;
    return budget.afterwards + (wanted - std::min(wanted, reached)) <= budget.target;
  });
}

Result<PlanItems> PlanItems::create() {
  TCM_ASSIGN(util::Spool spool, util::Spool::create());
  return PlanItems(std::move(spool));
}

Result<void> PlanItems::add(const PlanItem& item) {
  util::Packer packer;
  pack(packer, item);
  TCM_TRY(spool_.append(packer.bytes()));
  sums_.add(item);
  roots_.insert(item.root);
  const std::uint64_t bytes = item.bytes.total();
  if (largest_.size() == kMaxLargest && bytes <= largest_.back().bytes.total()) return {};
  const auto before = std::find_if(largest_.begin(), largest_.end(),
                                   [&](const PlanItem& other) { return other.bytes.total() < bytes; });
  largest_.insert(before, item);
  if (largest_.size() > kMaxLargest) largest_.pop_back();
  return {};
}

Result<void> PlanItems::for_each(const std::function<Result<void>(PlanItem&& item)>& each) {
  return spool_.for_each([&](std::string_view record) -> Result<void> {
    util::Unpacker unpacker(record);
    return each(unpack_item(unpacker));
  });
}

}  // namespace tcm::service
