// SPDX-License-Identifier: Apache-2.0
#include "core/cache/edit/outcome_queue.hpp"

#include <chrono>
#include <utility>

#include "core/cache/read/stamp.hpp"
#include "core/disk/directory.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cache {
namespace {

bool is_early(const Outcome& outcome) {
  return outcome.now && !outcome.now->stamp.settled && !is_settled(outcome.now->stamp, util::now_ns());
}

// What goes on in a directory below does not show in the entry's own times, and what could not be read may be
// readable the next time.
bool has_unfinished(const model::Entry& entry) {
  for (const model::Record& record : entry.records) {
    if (record.problem == model::SkipReason::unreadable || record.problem == model::SkipReason::vanished) return true;
    for (const model::Artifact& artifact : record.artifacts)
      if (artifact.name.find('/') != std::string::npos) return true;
  }
  return false;
}

}  // namespace

OutcomeQueue::~OutcomeQueue() {
  // After an exception: the work of others is about a batch that its caller gives up.
  for (const Waiting& one : waiting_)
    if (one.coming.valid()) one.coming.wait();
}

bool OutcomeQueue::Waiting::has_come() const {
  return !coming.valid() || coming.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void OutcomeQueue::Waiting::take() {
  if (coming.valid()) outcome = coming.get();
}

void OutcomeQueue::add(std::size_t index, Outcome&& outcome) {
  waiting_.push_back({index, std::move(outcome), {}});
  pass_on_ready();
}

void OutcomeQueue::add(std::size_t index, std::future<Outcome>&& coming) {
  waiting_.push_back({index, {}, std::move(coming)});
  pass_on_ready();
}

void OutcomeQueue::finish() {
  while (!waiting_.empty()) {
    waiting_.front().take();
    pass_on_first();
  }
}

void OutcomeQueue::pass_on_ready() {
  while (!waiting_.empty() && waiting_.front().has_come()) {
    waiting_.front().take();
    if (is_early(waiting_.front().outcome)) return;
    pass_on_first();
  }
}

void OutcomeQueue::pass_on_first() {
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  if (first.outcome.now && !first.outcome.now->stamp.settled) settle(*first.outcome.now);
  done_(first.index, std::move(first.outcome));
}

void OutcomeQueue::settle(model::Entry& entry) const {
  const std::int64_t now = util::now_ns();
  disk::Node node;
  if (has_unfinished(entry) || disk::stat_at(root_.descriptor(), entry.key.c_str(), node) != 0) return;
  const model::EntryStamp stamp = stamp_of(node, now);
  if (stamp.same_state(entry.stamp)) entry.stamp.settled = stamp.settled;
}

}  // namespace tcm::cache
