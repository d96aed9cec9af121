// SPDX-License-Identifier: Apache-2.0
#include "cli/output/json_writer.hpp"
#include "cli/show/findings.hpp"
#include "core/service/verify/words.hpp"

namespace tcm::cli {
namespace {

using cache::Severity;

void write_finding(JsonWriter& json, const service::FoundFinding& found) {
  const cache::Finding& finding = found.finding;
  const auto some = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  json.begin_object();
  json.field("severity", to_string(finding.severity));
  json.field("id", to_string(finding.id));
  json.field("root", found.root);
  json.field("key", some(found.key));
  json.field("group", some(finding.group));
  json.field("file", some(finding.file));
  json.field("detail", some(finding.detail));
  json.field("lookup", to_string(finding.outcome));
  json.field("what", text_of(finding.id).what);
  json.field("triton", text_of(finding.id).triton);
  json.field("repair", to_string(finding.repair));
  json.end_object();
}

void write_sums(JsonWriter& json, const service::VerifyReport& report) {
  const service::Findings& findings = report.findings;
  json.field("entries", report.entries);
  json.key("lookups").begin_object();
  json.field("hit", report.hits).field("miss", report.misses).field("fail", report.failures);
  json.field("other_root", report.other_roots).end_object();
  json.field("errors", findings.count(Severity::error));
  json.field("warnings", findings.count(Severity::warning));
  json.field("hints", findings.count(Severity::hint));
  json.field("ignored", report.ignored);
  json.field("unjudged", report.unjudged);
  json.field("unrecorded", report.unrecorded);
  json.key("by_id").begin_object();
  for (const auto& [id, count] : findings.by_id()) json.field(to_string(id), count);
  json.end_object();
  json.key("unread").begin_array();
  for (const Error& error : report.unread) json.value(error.message);
  json.end_array();
}

}  // namespace

Result<void> write_findings(Context& context, const service::VerifyRequest& request, service::VerifyReport& report,
                            const std::vector<std::string>& cures, Format format) {
  const bool lines = format == Format::jsonl;
  JsonWriter json(context.out(), lines ? JsonWriter::Style::compact : JsonWriter::Style::pretty);
  const auto write = [&json](const service::FoundFinding& found) -> Result<void> {
    write_finding(json, found);
    return {};
  };
  if (lines) return report.findings.for_each(write);
  json.begin_object().field("schema", 1);
  json.field("level", to_string(request.level));
  json.key("triton");
  request.release ? json.value(to_string(*request.release)) : json.null();
  json.key("seen_at");
  request.seen_at.empty() ? json.null() : json.value(request.seen_at);
  json.key("roots").begin_array();
  for (const std::string& root : report.roots) json.value(root);
  json.end_array();
  json.key("findings").begin_array();
  TCM_TRY(report.findings.for_each(write));
  json.end_array();
  write_sums(json, report);
  json.key("cures").begin_array();
  for (const std::string& cure : cures) json.value(cure);
  json.end_array().end_object();
  return {};
}

}  // namespace tcm::cli
