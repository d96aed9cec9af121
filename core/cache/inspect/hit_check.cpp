// SPDX-License-Identifier: Apache-2.0
#include "core/cache/inspect/hit_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/disk/directory.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::cache {
namespace {

using model::ArtifactKind;
using model::SkipReason;

// As much as a backend is given. Hostile bytes are not kept for the life of the thread.
constexpr std::size_t kMaxBytes = std::size_t{256} << 20;
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

bool is_text(ArtifactKind kind) {
  return kind == ArtifactKind::ir || kind == ArtifactKind::assembly || kind == ArtifactKind::source;
}

std::optional<Damage> check_file(int entry, const model::Record& kernel, const model::Artifact& file,
                                 const BinaryCheck& check_binary) {
  thread_local std::string bytes;
  const disk::ReadOutcome read = disk::read_file_at(entry, file.name.c_str(), kMaxBytes, bytes);
  std::optional<Damage> damage;
  if (read.status == disk::ReadStatus::failed)
    damage = {SkipReason::unreadable,
              fmt::format("{}: {}", util::escape_control(file.name), util::error_text(read.error))};
  else if (read.status == disk::ReadStatus::ok)
    damage = find_damage_in(bytes, kernel, file, check_binary);
  if (bytes.capacity() > kKeptBytes) bytes = std::string();
  return damage;
}

}  // namespace

std::optional<Damage> find_damage(int entry, const model::Record& kernel, const std::vector<std::string>& names,
                                  const BinaryCheck& check_binary) {
  for (const std::string& name : names) {
    const auto file = std::find_if(kernel.artifacts.begin(), kernel.artifacts.end(),
                                   [&name](const model::Artifact& artifact) { return artifact.name == name; });
    if (file == kernel.artifacts.end()) continue;
    if (!can_be_damaged(*file, check_binary)) continue;
    if (auto damage = check_file(entry, kernel, *file, check_binary)) return damage;
  }
  return std::nullopt;
}

std::optional<Damage> find_damage_in(std::string_view bytes, const model::Record& kernel, const model::Artifact& file,
                                     const BinaryCheck& check_binary) {
  if (is_text(file.kind)) {
    if (util::is_valid_utf8(bytes)) return std::nullopt;
    return Damage{SkipReason::text_malformed, util::escape_control(file.name) + ": not UTF-8"};
  }
  auto wrong = check_binary(kernel, file.name, bytes);
  if (!wrong) return std::nullopt;
  return Damage{SkipReason::binary_malformed, std::move(*wrong)};
}

bool can_be_damaged(const model::Artifact& file, const BinaryCheck& check_binary) {
  return is_text(file.kind) || (file.kind == ArtifactKind::binary && check_binary);
}

}  // namespace tcm::cache
