// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/known_table.hpp"

#include <bit>

namespace tcm::service {

void KnownTable::add(const index::KnownEntry& entry) { items_.push_back({entry, false}); }

void KnownTable::seal() {
  slots_.assign(std::bit_ceil(items_.size() * 2 + 1), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    std::size_t slot = items_[i].entry.key_hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

KnownTable::Item* KnownTable::find(std::uint64_t key_hash, std::uint64_t inode) {
  if (slots_.empty()) return nullptr;
  const std::size_t mask = slots_.size() - 1;
  Item* other = nullptr;
  for (std::size_t slot = key_hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    Item& item = items_[slots_[slot] - 1];
    if (item.entry.key_hash != key_hash) continue;
    if (item.entry.stamp.inode == inode) return &item;
    if (other == nullptr || (other->seen && !item.seen)) other = &item;
  }
  return other;
}

void KnownTable::for_each_unseen(const std::function<void(const index::KnownEntry&)>& each) const {
  for (const Item& item : items_)
    if (!item.seen) each(item.entry);
}

}  // namespace tcm::service
