// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index/sql/session.hpp"

namespace tcm::index {

/// A transaction that writes. Rolls back unless committed. Within another transaction (a list that is being read) it is
/// a part of that one. Throws soci::soci_error.
class WriteTransaction {
 public:
  /// Hands out `ids` ids that no row has or ever had. From a counter of our own, because ids are then known before the
  /// rows are written, and are never used twice: an id read by one process cannot come to mean another entry.
  explicit WriteTransaction(Session& session, std::int64_t ids = 0);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  void commit();
  /// The first of the ids.
  std::int64_t first_id() const { return first_id_; }

 private:
  void roll_back();

  Session& session_;
  bool inner_;
  bool open_ = false;
  std::int64_t first_id_ = 0;
};

/// A transaction that reads one state of the database, however many questions it is asked. Throws soci::soci_error.
class Snapshot {
 public:
  explicit Snapshot(Session& session);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Session& session_;
};

}  // namespace tcm::index
