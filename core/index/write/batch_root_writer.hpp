// SPDX-License-Identifier: Apache-2.0
// The writer of one run. Entries wait in memory and go to the database a batch at a time, so that the right to write is
// held for milliseconds only, not while the disk is being read, and several processes can index at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/index/rows/batch.hpp"
#include "core/index/sql/session.hpp"
#include "core/index/write/root_writer.hpp"

namespace tcm::index {

class BatchRootWriter final : public RootWriter {
 public:
  BatchRootWriter(Session& session, RecordColumns columns, std::int64_t root_id) : session_(session) {
    batch_.columns = columns;
    batch_.root_id = root_id;
  }

  Result<void> put(const model::Entry& entry) override;
  Result<void> remove(std::int64_t id) override;
  Result<void> put_files(const model::Entry& entry) override;
  Result<void> finish(const model::OtherFiles& other_files) override;

 private:
  void count_bytes(const std::vector<RecordRow>& rows);
  Result<void> flush_when_full();
  Result<void> flush();
  void write_batch();

  Session& session_;
  Batch batch_;
  std::size_t pending_bytes_ = 0;
  bool sums_outdated_ = false;  // this writer has committed a batch
};

/// See Index::write_root(). `session` must outlive the writer.
Result<std::unique_ptr<RootWriter>> write_root(Session& session, RecordColumns columns, std::int64_t root_id);

}  // namespace tcm::index
