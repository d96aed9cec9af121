// SPDX-License-Identifier: Apache-2.0
#include "core/service/index_follower.hpp"

namespace tcm::service {

IndexFollower::IndexFollower() : thread_([this] { run(); }) {}

void IndexFollower::run() {
  while (auto step = queue_.pop()) {
    result_ = step->entry ? step->writer->put_files(*step->entry) : step->writer->remove(step->removed);
    if (result_) continue;
    queue_.abort();
    return;
  }
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
