// SPDX-License-Identifier: Apache-2.0
#include "core/service/change/index_follower.hpp"

namespace tcm::service {

IndexFollower::IndexFollower() : thread_([this] { run(); }) {}

void IndexFollower::run() {
  while (auto batch = queue_.pop()) {
    result_ = write(*batch);
    if (result_) continue;
    queue_.abort();
    return;
  }
}

Result<void> IndexFollower::write(Batch& batch) {
  for (Step& step : batch.steps) {
    if (step.entry)
      TCM_TRY(batch.writer->put_files(*step.entry));
    else
      TCM_TRY(batch.writer->remove(step.removed));
  }
  return {};
}

void IndexFollower::join() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

Result<void> IndexFollower::finish() {
  join();
  return result_;
}

}  // namespace tcm::service
