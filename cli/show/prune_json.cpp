// SPDX-License-Identifier: Apache-2.0
#include "cli/output/json_writer.hpp"
#include "cli/show/prune_output.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

using service::Plan;
using service::PlanItem;

void write_kept(JsonWriter& json, std::string_view name, const service::KeptList& kept, const Plan& plan) {
  json.key(name).begin_array();
  for (const model::KeptWord& word : model::kKeptReasons) {
    const service::KeptGroup& group = kept.of(word.value);
    if (group.count == 0) continue;
    json.begin_object();
    json.field("reason", word.name);
    json.field("count", group.count);
    json.key("examples").begin_array();
    for (const service::Kept& one : group.examples) {
      json.begin_object();
      json.field("key", one.key);
      json.field("root", plan.roots[one.root]);
      json.field("detail", one.detail);
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

void write_kinds(JsonWriter& json, const model::ByteTotals& bytes) {
  json.key("by_kind").begin_object();
  json.field("ir", bytes.ir);
  json.field("source", bytes.source);
  json.field("assembly", bytes.assembly);
  json.field("binary", bytes.binary);
  json.field("metadata", bytes.metadata);
  json.field("module", bytes.module);
  json.field("other", bytes.other);
  json.end_object();
}

void write_item(JsonWriter& json, const PlanItem& item, const Plan& plan) {
  json.begin_object();
  json.field("key", item.change.key);
  json.field("root", plan.roots[item.root]);
  json.field("name", item.name);
  json.field("kind", to_string(item.kind));
  json.field("action", to_string(item.change.action));
  json.field("files", item.files);
  json.field("bytes", item.bytes.total());
  json.field("frees_bytes", item.frees);
  json.field("last_use", util::format_rfc3339(item.last_use_ns));
  json.field("reason", item.reason);
  json.key("stays");
  if (item.change.duplicate_of)
    json.value(item.change.duplicate_of->key);
  else
    json.null();
  json.end_object();
}

Result<void> write_plan(JsonWriter& json, Plan& plan) {
  json.key("plan").begin_object();
  json.field("entries", plan.items.sums().entries);
  json.field("kernels", plan.items.sums().kernels);
  json.field("files", plan.items.sums().files);
  json.field("bytes", plan.items.sums().bytes.total());
  json.field("frees_bytes", plan.items.sums().frees);
  write_kinds(json, plan.items.sums().bytes);
  json.key("roots").begin_array();
  for (const std::string& root : plan.roots) json.value(root);
  json.end_array();
  json.key("limits").begin_array();
  for (const service::LimitState& limit : plan.limits)
    json.begin_object().field("rule", limit.limit).field("entries", limit.entries).end_object();
  json.end_array();
  json.key("budgets").begin_array();
  for (const service::BudgetState& budget : plan.budgets) {
    json.begin_object();
    json.field("rule", budget.limit);
    json.field("used", budget.used);
    json.field("allowed", budget.allowed);
    json.field("target", budget.target);
    json.field("afterwards", budget.afterwards);
    json.field("met", budget.met());
    json.end_object();
  }
  json.end_array();
  json.key("items").begin_array();
  TCM_TRY(plan.items.for_each([&](PlanItem&& item) -> Result<void> {
    write_item(json, item, plan);
    return {};
  }));
  json.end_array();
  write_kept(json, "kept", plan.kept, plan);
  json.key("notes").begin_array();
  for (const std::string& note : plan.notes) json.value(note);
  json.end_array();
  json.key("expired").begin_array();
  for (const service::ExpiredBin& expired : plan.expired) json.value(expired.bin.id);
  json.end_array();
  json.key("failures").begin_array();
  for (const Error& failure : plan.failures) json.value(failure.message);
  json.end_array();
  json.end_object();
  return {};
}

void write_report(JsonWriter& json, const service::ExecuteReport& report, const Plan& plan) {
  json.key("done").begin_object();
  json.field("entries", report.done.entries);
  json.field("kernels", report.done.kernels);
  json.field("files", report.done.files);
  json.field("bytes", report.done.bytes.total());
  json.field("freed_bytes", report.done.frees);
  write_kinds(json, report.done.bytes);
  json.field("failed", report.failed);
  json.field("kept", report.kept.total());
  json.key("failures").begin_array();
  for (const service::Kept& failure : report.failures) {
    json.begin_object();
    json.field("key", failure.key);
    json.field("root", plan.roots[failure.root]);
    json.field("message", failure.detail);
    json.end_object();
  }
  json.end_array();
  json.key("errors").begin_array();
  for (const Error& error : report.errors) json.value(error.message);
  for (const Error& error : report.index_errors) json.value(error.message);
  json.end_array();
  write_kept(json, "kept_entries", report.kept, plan);
  json.field("relocated", report.relocated);
  json.key("trash");
  if (report.trash_id.empty())
    json.null();
  else
    json.value(report.trash_id);
  json.field("trash_emptied_bytes", report.trash_emptied);
  json.field("interrupted", report.interrupted);
  json.end_object();
}

}  // namespace

Result<void> write_plan_json(Context& context, Plan& plan, const service::ExecuteReport* report, const PlanView& view,
                             Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object();
  json.field("schema", 1);
  json.field("dry_run", view.dry_run);
  TCM_TRY(write_plan(json, plan));
  if (report != nullptr)
    write_report(json, *report, plan);
  else
    json.key("done").null();
  json.end_object();
  return {};
}

}  // namespace tcm::cli
