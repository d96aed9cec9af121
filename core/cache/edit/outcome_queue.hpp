// SPDX-License-Identifier: Apache-2.0
// The outcomes of a batch, in the order of its changes.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <future>

#include "core/cache/edit/change.hpp"
#include "core/cache/read/root.hpp"
#include "core/model/entry.hpp"

namespace tcm::cache {

using OutcomeCall = std::function<void(std::size_t index, Outcome&& outcome)>;

/// Passes outcomes on in the order in which they are added. An entry that was changed within the clock's last tick
/// would have to be read again by the next index run, so its outcome waits until its stamp can be trusted, or the batch
/// ends. One thread at a time.
class OutcomeQueue {
 public:
  /// Both are borrowed.
  OutcomeQueue(const Root& root, const OutcomeCall& done) : root_(root), done_(done) {}
  OutcomeQueue(const OutcomeQueue&) = delete;
  OutcomeQueue& operator=(const OutcomeQueue&) = delete;
  /// Waits for what other threads still work on.
  ~OutcomeQueue();

  void add(std::size_t index, Outcome&& outcome);
  void add(std::size_t index, std::future<Outcome>&& coming);
  /// Passes on the rest; waits for it.
  void finish();

 private:
  struct Waiting {
    std::size_t index;
    Outcome outcome;
    std::future<Outcome> coming;  // of another thread

    bool has_come() const;
    void take();
  };

  void pass_on_ready();
  void pass_on_first();
  void settle(model::Entry& entry) const;

  const Root& root_;
  const OutcomeCall& done_;
  std::deque<Waiting> waiting_;
};

}  // namespace tcm::cache
