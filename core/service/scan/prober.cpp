// SPDX-License-Identifier: Apache-2.0
#include "core/service/scan/prober.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "core/backend/terms/words.hpp"
#include "core/service/binary_check.hpp"
#include "core/util/log.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::service {
namespace {

using model::ArtifactKind;

// Beyond this a thread keeps no buffer: the next kernel is small again.
constexpr std::size_t kKeptBuffer = std::size_t{1} << 20;

// Each of these is memory that a thread uses for want of registers. Which of them a backend can read differs.
constexpr std::array<std::string_view, 4> kSpillKeys{"local_bytes", "scratch_bytes", "spill_stores_bytes",
                                                     "stack_bytes"};

std::string probed_by(const backend::PluginInfo& plugin) { return plugin.id + " " + plugin.version; }

model::Resource resource_of(backend::Attribute&& attribute) {
  model::Resource resource{std::move(attribute.key), std::move(attribute.unit), std::int64_t{0}};
  if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
    resource.value = *number;
  } else if (const auto* count = std::get_if<std::uint64_t>(&attribute.value)) {
    if (*count <= static_cast<std::uint64_t>(INT64_MAX))
      resource.value = static_cast<std::int64_t>(*count);
    else
      resource.value = static_cast<double>(*count);
  } else if (const auto* real = std::get_if<double>(&attribute.value)) {
    resource.value = *real;
  } else {
    resource.value = std::get<std::string>(std::move(attribute.value));
  }
  return resource;
}

/// A binary may hold several kernels; kernel_name opens the group of each. Takes the group of `name`, else the first,
/// and what stands before all groups.
std::vector<backend::Attribute> group_of(std::vector<backend::Attribute> attributes, const std::string& name) {
  std::vector<std::vector<backend::Attribute>> groups(1);
  std::size_t chosen = 0;
  for (backend::Attribute& attribute : attributes) {
    if (attribute.key == "kernel_name") {
      groups.emplace_back();
      const auto* kernel = std::get_if<std::string>(&attribute.value);
      if (chosen == 0 || (kernel != nullptr && *kernel == name)) chosen = groups.size() - 1;
    }
    groups.back().push_back(std::move(attribute));
  }
  if (chosen != 0) std::move(groups[chosen].begin(), groups[chosen].end(), std::back_inserter(groups[0]));
  return std::move(groups[0]);
}

/// The first word on a figure stands: the binary's before the assembly's.
void add(std::vector<model::Resource>& resources, model::Resource resource) {
  const bool known = std::any_of(resources.begin(), resources.end(),
                                 [&](const model::Resource& other) { return other.key == resource.key; });
  if (!known) resources.push_back(std::move(resource));
}

std::optional<std::int64_t> spill_bytes(const std::vector<model::Resource>& resources) {
  std::optional<std::int64_t> most;
  for (const model::Resource& resource : resources) {
    if (std::find(kSpillKeys.begin(), kSpillKeys.end(), resource.key) == kSpillKeys.end()) continue;
    if (const auto* bytes = std::get_if<std::int64_t>(&resource.value)) most = std::max(most.value_or(0), *bytes);
  }
  return most;
}

/// Triton 2.0 writes no target into its metadata, but the binary knows what it was compiled for.
std::string arch_of_binary(const std::vector<model::Resource>& resources) {
  for (const model::Resource& resource : resources)
    if (const auto* arch = std::get_if<std::string>(&resource.value); arch != nullptr && resource.key == "arch")
      return backend::is_canonical_arch(*arch) ? *arch : std::string();
  return {};
}

}  // namespace

void Prober::probe(model::Entry& entry) {
  try_again_ = false;
  left_ns_ = 0;
  for (model::Record& record : entry.records) {
    // What is broken or unfinished keeps its files' kinds from this backend, too.
    const backend::PluginInfo* plugin = backends_.registry().plugin_of(record.facts.backend);
    if (plugin == nullptr) continue;
    record.probed_by = probed_by(*plugin);
    if (record.kind == model::EntryKind::kernel) probe_kernel(entry.key, *plugin, record);
  }
  if (try_again_) entry.stamp.settled = false;
  entry.reading.left_ns = std::max(entry.reading.left_ns, left_ns_);
}

void Prober::probe_kernel(const std::string& key, const backend::PluginInfo& plugin, model::Record& record) {
  if (!plugin.has_probe && !plugin.has_validate) return;
  for (const ArtifactKind kind : {ArtifactKind::binary, ArtifactKind::assembly})
    for (const model::Artifact& artifact : record.artifacts) {
      if (artifact.kind != kind || artifact.bytes == 0 || look_into(key, plugin, artifact, record)) continue;
      record.resources.clear();
      return;
    }
  record.spill_bytes = spill_bytes(record.resources);
  if (record.facts.arch.empty()) record.facts.arch = arch_of_binary(record.resources);
}

bool Prober::look_into(const std::string& key, const backend::PluginInfo& plugin, const model::Artifact& artifact,
                       model::Record& record) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(artifact.bytes, kMaxArtifactBytes));
  const util::ByteBudget::Share share = memory_.take(std::max(size, kKeptBuffer));
  bool sound = true;
  if (read(key, artifact, record)) {
    sound = is_sound(key, artifact, record);
    if (sound && plugin.has_probe) probe_artifact(key, artifact, record);
  }
  if (bytes_.capacity() > kKeptBuffer) bytes_ = std::string();
  return sound;
}

std::string Prober::path_of(const std::string& key, const model::Artifact& artifact) const {
  return fmt::format("{}/{}/{}", root_.path(), key, artifact.name);
}

bool Prober::read(const std::string& key, const model::Artifact& artifact, model::Record& record) {
  if (artifact.bytes <= kMaxArtifactBytes) {
    // A file that has grown since it was looked at is read the next time.
    const auto read = root_.read_artifact(key, artifact.name, static_cast<std::size_t>(artifact.bytes), bytes_);
    if (read) {
      left_ns_ = std::max(left_ns_, *read);
      return true;
    }
    ask_again(record);
    // What is gone went while the entry was read.
    if (read.error().code != ErrorCode::missing && record.problem == model::SkipReason::none) {
      record.problem = model::SkipReason::unreadable;
      record.problem_detail = fmt::format("{}: {}", util::escape_control(artifact.name), read.error().message);
    }
  }
  if (util::logs(util::LogLevel::info))
    util::log(util::LogLevel::info, path_of(key, artifact) + ": not probed: it cannot be read or is too large");
  return false;
}

bool Prober::is_sound(const std::string& key, const model::Artifact& artifact, model::Record& record) {
  const auto mark = [&record](model::SkipReason reason, std::string detail) {
    record.kind = model::EntryKind::broken;
    record.problem = reason;
    record.problem_detail = std::move(detail);
    return false;
  };
  if (artifact.kind == ArtifactKind::assembly)
    return util::is_valid_utf8(bytes_) ||
           mark(model::SkipReason::text_malformed, util::escape_control(artifact.name) + ": not UTF-8");
  const std::string path = util::logs(util::LogLevel::debug) ? path_of(key, artifact) : artifact.name;
  BinaryAnswer answer = check_binary(backends_.registry(), record, artifact.name, bytes_, path);
  if (answer.failed) ask_again(record);
  return !answer.damaged || mark(model::SkipReason::binary_malformed, std::move(answer.detail));
}

void Prober::ask_again(model::Record& record) {
  try_again_ = true;
  record.probed_by.clear();
}

void Prober::probe_artifact(const std::string& key, const model::Artifact& artifact, model::Record& record) {
  const std::string display_path = util::logs(util::LogLevel::debug) ? path_of(key, artifact) : artifact.name;
  const backend::Report report = backends_.registry().probe(view_of(record, artifact.name, bytes_, display_path));
  if (report.status == backend::Status::internal) ask_again(record);
  if (report.status != backend::Status::ok && report.status != backend::Status::not_applicable &&
      util::logs(util::LogLevel::info))
    util::log(util::LogLevel::info,
              fmt::format("{}: {}{}", path_of(key, artifact), backend::to_string(report.status),
                          report.diagnostics.empty() ? "" : ": " + report.diagnostics.front().text));
  if (!report.first_dropped.empty() && util::logs(util::LogLevel::info))
    util::log(util::LogLevel::info, fmt::format("{}: {} of the backend's figures dropped: {}", path_of(key, artifact),
                                                report.dropped_attributes, report.first_dropped));
  for (backend::Attribute& attribute : group_of(report.attributes, record.facts.name))
    add(record.resources, resource_of(std::move(attribute)));
}

std::vector<index::ServedTarget> served_targets(const Backends& backends) {
  std::vector<index::ServedTarget> served;
  for (const backend::PluginInfo& plugin : backends.registry().plugins())
    for (const backend::TargetInfo& target : plugin.targets)
      if (target.shadowed_by.empty()) served.push_back({target.name, probed_by(plugin)});
  std::sort(served.begin(), served.end(), [](const auto& a, const auto& b) { return a.backend < b.backend; });
  return served;
}

std::string plugins_signature(const std::vector<index::ServedTarget>& served) {
  std::string text;
  for (const index::ServedTarget& target : served)
    text += fmt::format("{}{}={}", text.empty() ? "" : "; ", target.backend, target.probed_by);
  // Never empty, which is what a root has before its first run.
  return text.empty() ? "none" : text;
}

}  // namespace tcm::service
