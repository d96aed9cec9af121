// SPDX-License-Identifier: Apache-2.0
// When a stamp may be trusted. All functions are pure.
#pragma once

#include <cstdint>

#include "core/disk/directory.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

/// Like git's racily clean files: when an entry is changed again within the tick in which it was last changed and read,
/// its time stays, and a comparison of times would never see that change. So what was that young when it was read
/// counts as unread the next time. Times are nanoseconds since 1970.
bool is_settled(const model::EntryStamp& stamp, std::int64_t now);

/// The stamp of an entry's directory, looked at now.
model::EntryStamp stamp_of(const disk::Node& node, std::int64_t now);

}  // namespace tcm::cache
