// SPDX-License-Identifier: Apache-2.0
// Lets the index follow what happens on the disk in a thread of its own, so that neither waits for the other.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/index/index.hpp"
#include "core/util/thread/queue.hpp"
#include "core/util/thread/thread.hpp"

namespace tcm::service {

/// The writers belong to one index, which nobody else may use until finish().
class IndexFollower {
 public:
  IndexFollower();
  ~IndexFollower() { join(); }
  IndexFollower(const IndexFollower&) = delete;
  IndexFollower& operator=(const IndexFollower&) = delete;

  /// One entry that is gone (the id of one of its records), or has other files now.
  struct Step {
    std::int64_t removed = 0;
    std::optional<model::Entry> entry;
    bool whole = false;  ///< the entry is not what it was, beyond its files
  };

  /// Hands over what happened in one root. Many steps at a time: waking the other thread costs more than a step. The
  /// writer is borrowed until finish().
  void follow(index::RootWriter& writer, std::vector<Step>&& steps) { queue_.push({&writer, std::move(steps)}); }

  /// Waits until all is written. The first failure, an exception of the writer's too, ends the writing: the disk goes
  /// ahead, and the next run of the index mends what is missing.
  Result<void> finish();

 private:
  struct Batch {
    index::RootWriter* writer = nullptr;
    std::vector<Step> steps;
  };

  void run();
  void fail_with(Error&& error);
  void join();
  static Result<void> write(Batch& batch);

  static constexpr std::size_t kQueued = 2;
  util::BoundedQueue<Batch> queue_{kQueued};
  Result<void> result_;  // of the thread; read when it has ended
  util::Thread thread_;
};

}  // namespace tcm::service
