// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/findings.hpp"

#include <algorithm>

namespace tcm::service {
namespace {

// Above every sequence.
constexpr int kSeverityShift = 56;

template <class E>
E unpack(util::Unpacker& from) {
  return static_cast<E>(from.number());
}

}  // namespace

Result<Findings> Findings::create() {
  TCM_ASSIGN(util::Spool spool, util::Spool::create());
  return Findings(std::move(spool));
}

Result<void> Findings::add(std::uint64_t sequence, const FoundFinding& found) {
  const cache::Finding& finding = found.finding;
  util::Packer packer;
  packer.text(found.root);
  packer.text(found.key);
  packer.number(static_cast<std::uint64_t>(finding.id));
  packer.number(static_cast<std::uint64_t>(finding.severity));
  packer.number(static_cast<std::uint64_t>(finding.outcome));
  packer.number(static_cast<std::uint64_t>(finding.repair));
  packer.text(finding.group);
  packer.text(finding.file);
  packer.text(finding.detail);
  TCM_ASSIGN(const std::uint64_t position, spool_.append(packer.bytes()));
  const auto severity =
      static_cast<std::uint64_t>(cache::Severity::error) - static_cast<std::uint64_t>(finding.severity);
  places_.push_back({severity << kSeverityShift | sequence, position});
  sorted_ = false;
  ++by_id_[finding.id];
  ++by_severity_[finding.severity];
  if (finding.repair != cache::Repair::none) ++by_repair_[finding.repair];
  return {};
}

Result<void> Findings::for_each(const std::function<Result<void>(const FoundFinding& found)>& each) {
  if (!std::exchange(sorted_, true)) std::sort(places_.begin(), places_.end());
  std::string record;
  for (const Place& place : places_) {
    TCM_TRY(spool_.read(place.position, record));
    util::Unpacker from(record);
    FoundFinding found;
    found.root = from.text();
    found.key = from.text();
    found.finding.id = unpack<cache::FindingId>(from);
    found.finding.severity = unpack<cache::Severity>(from);
    found.finding.outcome = unpack<cache::LookupOutcome>(from);
    found.finding.repair = unpack<cache::Repair>(from);
    found.finding.group = from.text();
    found.finding.file = from.text();
    found.finding.detail = from.text();
    TCM_TRY(each(found));
  }
  return {};
}

std::uint64_t Findings::count(cache::Severity severity) const {
  const auto found = by_severity_.find(severity);
  return found == by_severity_.end() ? 0 : found->second;
}

}  // namespace tcm::service
