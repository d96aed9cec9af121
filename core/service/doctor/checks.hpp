// SPDX-License-Identifier: Apache-2.0
// The sections of an examination: each fills its part of the report, and adds what it found. They only read, and create
// nothing. Not for several threads.
#pragma once

#include <optional>

#include "core/index/index.hpp"
#include "core/service/backends.hpp"
#include "core/service/doctor/discover.hpp"
#include "core/service/doctor/doctor.hpp"
#include "core/service/doctor/report.hpp"

namespace tcm::service {

/// What the sections share.
struct Examination {
  const DoctorRequest& request;
  const Backends& backends;
  cache::DiskMeter& meter;
  DoctorReport& report;
  std::optional<index::Index> index{};  ///< absent: there is none that can be asked
  std::vector<index::RootRow> roots{};  ///< of this host, as the index knows them
  std::vector<FoundPlace> places{};

  /// Of one subject each finding is told once.
  void found(DoctorFindingId id, const std::string& subject, std::string detail = {}) {
    for (const DoctorFinding& known : report.findings)
      if (known.id == id && known.subject == subject) return;
    report.findings.push_back({id, subject, std::move(detail)});
  }
};

/// The database first: it opens the index for the others.
void check_database(Examination& examination);
/// Running jobs, and with what they say the places of caches: before the sections that look into those.
void check_jobs(Examination& examination);
void check_caches(Examination& examination);
void check_entries(Examination& examination);
void check_mounts(Examination& examination);
void check_plugins(Examination& examination);
void check_settings(Examination& examination);

}  // namespace tcm::service
