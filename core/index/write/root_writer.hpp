// SPDX-License-Identifier: Apache-2.0
// The writer of one run. Entries wait in memory and go to the database a batch at a time, so that the right to write is
// held for milliseconds only, not while the disk is being read, and several processes can index at once.
#pragma once

#include <memory>
#include <vector>

#include "core/index/rows/batch.hpp"
#include "core/index/sql/session.hpp"

namespace tcm::index {

/// So few that other writers wait for tens of milliseconds only; so many that the pages of an index, which random keys
/// touch all over, are written once for many rows.
inline constexpr std::size_t kBatchEntries = 1'000;

class BatchingRootWriter final : public RootWriter {
 public:
  BatchingRootWriter(Session& session, std::int64_t root_id) : session_(session) { batch_.root_id = root_id; }

  Result<void> put(const model::Entry& entry) override;
  Result<void> remove(std::int64_t id) override;
  Result<void> put_files(const model::Entry& entry) override;
  Result<void> finish(const model::Beside& beside) override;

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

/// Computes the sums of a root's records. Throws soci::soci_error.
void compute_sums(soci::session& sql, std::int64_t root_id, RootRow& row);

}  // namespace tcm::index
