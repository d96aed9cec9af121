// SPDX-License-Identifier: Apache-2.0
#include "core/service/doctor/doctor.hpp"

#include <algorithm>
#include <tuple>

#include "core/service/doctor/checks.hpp"

namespace tcm::service {

std::string_view to_string(SizeSource source) {
  switch (source) {
    case SizeSource::index: return "index";
    case SizeSource::disk: return "disk";
    case SizeSource::part: return "part";
    case SizeSource::none: break;
  }
  return "none";
}

std::uint64_t DoctorReport::count(cache::Severity severity) const {
  return static_cast<std::uint64_t>(
      std::count_if(findings.begin(), findings.end(),
                    [severity](const DoctorFinding& finding) { return text_of(finding.id).severity == severity; }));
}

DoctorReport examine(const DoctorRequest& request, const Backends& backends, cache::DiskMeter& meter) {
  DoctorReport report;
  Examination examination{request, backends, meter, report};
  check_database(examination);
  check_jobs(examination);
  check_caches(examination);
  check_entries(examination);
  check_mounts(examination);
  check_plugins(examination);
  check_settings(examination);
  std::stable_sort(report.findings.begin(), report.findings.end(), [](const auto& a, const auto& b) {
    const auto rank = [](const DoctorFinding& finding) {
      const DoctorFindingText& text = text_of(finding.id);
      return std::tuple(text.section, -static_cast<int>(text.severity));
    };
    return rank(a) < rank(b);
  });
  return report;
}

}  // namespace tcm::service
