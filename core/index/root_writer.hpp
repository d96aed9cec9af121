// SPDX-License-Identifier: Apache-2.0
// The writer of one run. Entries wait in memory and go to the database a batch at a time, so that the right to write is
// held for milliseconds only, not while the disk is being read, and several processes can index at once.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "core/index/record_row.hpp"
#include "core/index/session.hpp"

namespace tcm::index {

/// So few that other writers wait for tens of milliseconds only; so many that the pages of an index, which random keys
/// touch all over, are written once for many rows.
inline constexpr std::size_t kBatchEntries = 1'000;

class BatchingRootWriter final : public RootWriter {
 public:
  BatchingRootWriter(Session& session, std::int64_t root_id) : session_(session), root_id_(root_id) {}

  Result<void> put(const model::Entry& entry) override;
  Result<void> remove(std::int64_t id) override;
  Result<void> put_files(const model::Entry& entry) override;
  Result<void> finish(const model::Beside& beside) override;

 private:
  using Removal = std::int64_t;
  using Rows = std::vector<RecordRow>;  // of one entry
  struct Files {
    Rows rows;
  };
  struct Statements;

  Result<void> flush_when_full();
  Result<void> flush();
  void write_batch();
  void write_entry(Statements& statements, Rows& rows, std::int64_t& next_id, std::int64_t now);

  Session& session_;
  std::int64_t root_id_;
  std::vector<std::variant<Rows, Removal, Files>> pending_;
  std::size_t pending_bytes_ = 0;
  bool sums_outdated_ = false;  // this writer has committed a batch
};

/// Computes the sums of a root's records. Throws soci::soci_error.
void compute_sums(soci::session& sql, std::int64_t root_id, RootRow& row);

}  // namespace tcm::index
