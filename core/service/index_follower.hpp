// SPDX-License-Identifier: Apache-2.0
// Lets the index follow what happens on the disk in a thread of its own, so that neither waits for the other.
#pragma once

#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "core/index/index.hpp"
#include "core/util/queue.hpp"

namespace tcm::service {

/// The writers belong to one index, which nobody else may use until finish().
class IndexFollower {
 public:
  IndexFollower();
  ~IndexFollower() { join(); }
  IndexFollower(const IndexFollower&) = delete;
  IndexFollower& operator=(const IndexFollower&) = delete;

  /// The entry of this record is gone. The writer is borrowed until finish().
  void removed(index::RootWriter& writer, std::int64_t record_id) { queue_.push({&writer, record_id, std::nullopt}); }
  /// The entry has other files now.
  void changed(index::RootWriter& writer, model::Entry&& entry) { queue_.push({&writer, 0, std::move(entry)}); }

  /// Waits until all is written. The first failure ends the writing: the disk goes ahead, and the next run of the index
  /// mends what is missing.
  Result<void> finish();

 private:
  struct Step {
    index::RootWriter* writer;
    std::int64_t removed;
    std::optional<model::Entry> entry;
  };

  void run();
  void join();

  static constexpr std::size_t kQueued = 256;
  util::BoundedQueue<Step> queue_{kQueued};
  Result<void> result_;  // of the thread; read when it has ended
  std::thread thread_;
};

}  // namespace tcm::service
