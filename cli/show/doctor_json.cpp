// SPDX-License-Identifier: Apache-2.0
#include "cli/output/json_writer.hpp"
#include "cli/show/doctor.hpp"
#include "core/util/text/time.hpp"

namespace tcm::cli {
namespace {

using cache::Severity;

void write_words(JsonWriter& json, std::string_view name, const std::vector<std::string>& words) {
  json.key(name).begin_array();
  for (const std::string& word : words) json.value(word);
  json.end_array();
}

std::optional<std::string> text_or_null(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void write_cache(JsonWriter& json, const service::CacheState& cache) {
  json.begin_object();
  json.field("path", cache.path);
  json.field("tool", text_or_null(cache.tool));
  write_words(json, "known_from", cache.known_from);
  json.field("exists", cache.exists);
  json.field("layout", cache.layout ? std::optional<std::string_view>(to_string(*cache.layout)) : std::nullopt);
  json.field("roots", cache.roots);
  json.field("bytes", cache.size_from == service::SizeSource::none ? std::nullopt : std::optional(cache.bytes));
  json.field("allocated_bytes", cache.allocated);
  json.field("size_from", to_string(cache.size_from));
  json.field("indexed", cache.indexed_ns > 0 ? std::optional(util::format_rfc3339(cache.indexed_ns)) : std::nullopt);
  json.field("stale", cache.stale);
  json.end_object();
}

void write_other(JsonWriter& json, const service::OtherCache& other) {
  json.begin_object();
  json.field("path", other.path);
  json.field("tool", other.tool);
  json.field("what", other.what);
  write_words(json, "known_from", other.known_from);
  json.field("files", other.use.files);
  json.field("bytes", other.use.bytes);
  json.field("allocated_bytes", other.use.allocated);
  json.field("complete", other.use.complete);
  json.end_object();
}

void write_mount(JsonWriter& json, const service::MountState& state) {
  using Number = std::optional<std::uint64_t>;
  const bool bounded = state.room && state.room->total_files > 0;
  json.begin_object();
  json.field("point", state.mount.point);
  json.field("type", state.mount.type);
  json.field("source", state.mount.source);
  json.field("access_times", to_string(state.mount.access_times));
  json.field("read_only", state.mount.read_only);
  json.field("noexec", state.mount.no_exec);
  json.field("total_bytes", state.room ? Number(state.room->total_bytes) : Number());
  json.field("free_bytes", state.room ? Number(state.room->free_bytes) : Number());
  json.field("total_inodes", bounded ? Number(state.room->total_files) : Number());
  json.field("free_inodes", bounded ? Number(state.room->free_files) : Number());
  write_words(json, "caches", state.caches);
  json.end_object();
}

void write_database(JsonWriter& json, const service::DatabaseState& database) {
  const auto known = [](std::int64_t number) { return number < 0 ? std::nullopt : std::optional(number); };
  json.begin_object();
  json.field("place", database.where);
  json.field("storage", text_or_null(database.kind));
  json.field("index_schema", database.schema);
  json.field("bytes", database.bytes);
  json.field("hosts", known(database.hosts));
  json.field("roots", known(database.roots));
  json.field("records", known(database.records));
  json.field("checked", database.checked);
  json.end_object();
}

void write_job(JsonWriter& json, const service::JobState& job) {
  json.begin_object();
  json.field("pid", job.process);
  json.field("user", job.user);
  json.field("command", job.command);
  write_words(json, "variables", job.variables);
  write_words(json, "mapped", job.mapped);
  json.field("in_container", !job.same_mounts);
  json.end_object();
}

void write_finding(JsonWriter& json, const service::DoctorFinding& finding) {
  const service::DoctorFindingText& text = text_of(finding.id);
  json.begin_object();
  json.field("id", text.name);
  json.field("severity", to_string(text.severity));
  json.field("section", to_string(text.section));
  json.field("subject", finding.subject);
  json.field("detail", text_or_null(finding.detail));
  json.field("what", text.what);
  json.field("todo", todo_of(finding));
  json.end_object();
}

template <class List, class Write>
void write_all(JsonWriter& json, std::string_view name, const List& list, Write write) {
  json.key(name).begin_array();
  for (const auto& item : list) write(json, item);
  json.end_array();
}

}  // namespace

void write_examination(Context& context, const service::DoctorReport& report, Format format) {
  JsonWriter json(context.out(), format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  json.begin_object();
  json.field("schema", 1);
  json.field("errors", report.count(Severity::error));
  json.field("warnings", report.count(Severity::warning));
  json.field("hints", report.count(Severity::hint));
  write_all(json, "findings", report.findings, write_finding);
  write_all(json, "caches", report.caches, write_cache);
  write_all(json, "other_caches", report.others, write_other);
  write_all(json, "mounts", report.mounts, write_mount);
  write_all(json, "plugins", report.plugins, [](JsonWriter& out, const service::PluginState& plugin) {
    out.begin_object().field("id", plugin.id).field("version", plugin.version).field("path", plugin.path).end_object();
  });
  json.key("database");
  if (report.database)
    write_database(json, *report.database);
  else
    json.null();
  write_all(json, "settings_files", report.settings, [](JsonWriter& out, const service::SettingsFile& file) {
    out.begin_object().field("layer", file.layer).field("path", file.path).field("exists", file.exists);
    out.field("ignored", text_or_null(file.ignored)).end_object();
  });
  write_all(json, "jobs", report.jobs, write_job);
  json.field("hidden_processes", report.hidden_processes);
  json.end_object();
}

}  // namespace tcm::cli
