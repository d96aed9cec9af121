// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/service/doctor/checks.hpp"

namespace tcm::service {
namespace {

using Id = DoctorFindingId;

/// Whether somebody wanted it otherwise: switched off, or another of the same id came first.
bool is_meant(backend::Stage stage) { return stage == backend::Stage::disabled || stage == backend::Stage::duplicate; }

void check_targets(Examination& examination, const backend::Registry& registry) {
  if (!examination.index) return;
  const auto groups = examination.index->group({}, {index::GroupKey::backend});
  // The section of the caches has told of an index that does not answer.
  if (!groups) return;
  for (const index::Group& group : *groups) {
    const std::string& target = group.values.front();
    if (target.empty() || group.sums.kernels == 0 || registry.plugin_of(target) != nullptr) continue;
    examination.found(Id::target_not_served, target,
                      fmt::format("{} {}", group.sums.kernels, group.sums.kernels == 1 ? "kernel" : "kernels"));
  }
}

}  // namespace

void check_plugins(Examination& examination) {
  const backend::Registry& registry = examination.backends.registry();
  for (const auto& plugin : registry.plugins())
    examination.report.plugins.push_back({plugin.id, plugin.version, plugin.path});
  for (const backend::Refusal& refusal : registry.refusals())
    if (!is_meant(refusal.stage)) examination.found(Id::plugin_refused, refusal.path, refusal.reason);
  if (!examination.report.plugins.empty()) return check_targets(examination, registry);
  if (!examination.request.settings.no_plugins.value)
    examination.found(Id::plugins_none,
                      registry.directories().empty() ? "plugin_path" : registry.directories().front().path);
}

}  // namespace tcm::service
