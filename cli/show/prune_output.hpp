// SPDX-License-Identifier: Apache-2.0
// Plans and what came of them, for people and for programs; prune and rm share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/output/formats.hpp"
#include "cli/run/context.hpp"
#include "core/service/change/execute.hpp"
#include "core/service/plan/plan.hpp"
#include "core/service/plan/prune.hpp"

namespace tcm::cli {

/// What a plan is shown with.
struct PlanView {
  const service::PruneRequest& request;
  bool dry_run = false;
  std::int64_t now_ns = 0;
};

/// The plan on stdout. Errors: those of reading the plan.
Result<void> print_plan(Context& context, service::Plan& plan, const PlanView& view);

/// What came of it on stdout, failures on stderr.
void print_report(Context& context, const service::Plan& plan, const service::ExecuteReport& report,
                  const PlanView& view);

/// What was kept, by reason; with -v, or where it is in a user's way, each by its name.
void print_kept(Context& context, const service::KeptList& kept, const service::Plan& plan);

/// The entries that failed, on stderr; those that a full disk refused in two lines at most.
void print_failures(Context& context, const service::ExecuteReport& report);

/// Both as one JSON document; `report` is null in a dry run. Errors: those of reading the plan.
Result<void> write_plan_json(Context& context, service::Plan& plan, const service::ExecuteReport* report,
                             const PlanView& view, Format format);

}  // namespace tcm::cli
