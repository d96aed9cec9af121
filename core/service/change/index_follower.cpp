// SPDX-License-Identifier: Apache-2.0
#include "core/service/change/index_follower.hpp"

namespace tcm::service {

IndexFollower::IndexFollower() {
  auto thread = util::Thread::start([this] { run(); }, [this](Error&& error) { fail_with(std::move(error)); });
  if (thread)
    thread_ = std::move(*thread);
  else
    fail_with(std::move(thread).error());
}

void IndexFollower::fail_with(Error&& error) {
  result_ = tl::unexpected(std::move(error));
  queue_.abort();
}

void IndexFollower::run() {
  while (auto batch = queue_.pop()) {
    if (auto written = write(*batch); !written) return fail_with(std::move(written).error());
  }
}

Result<void> IndexFollower::write(Batch& batch) {
  for (Step& step : batch.steps) {
    if (step.entry && step.whole)
      TCM_TRY(batch.writer->put(*step.entry));
    else if (step.entry)
      TCM_TRY(batch.writer->put_files(*step.entry));
    else
      TCM_TRY(batch.writer->remove(step.removed));
  }
  return {};
}

void IndexFollower::join() {
  queue_.close();
  thread_.join();
}

Result<void> IndexFollower::finish() {
  join();
  return result_;
}

}  // namespace tcm::service
