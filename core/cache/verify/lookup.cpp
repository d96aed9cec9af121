// SPDX-License-Identifier: Apache-2.0
#include "core/cache/verify/lookup.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/cache/verify/lookup_rules.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

/// Where a file that the group lists is, for the process.
enum class Place : std::uint8_t { here, other_root, nowhere };

struct Seen {
  const ListedFile* file = nullptr;
  Place place = Place::nowhere;
  bool names_elsewhere = false;  ///< its path is not one of the entry
};

Lookup result(LookupOutcome outcome, FindingId why, std::string file, std::string detail = {}) {
  return {outcome, why, std::move(file), std::move(detail)};
}

/// Whether `path` is "<root>/<key>/<file>".
bool is_in_entry(std::string_view path, std::string_view key, std::string_view file,
                 const std::vector<std::string>& roots) {
  if (path.size() < key.size() + file.size() + 2) return false;
  const std::string_view root = path.substr(0, path.size() - key.size() - file.size() - 2);
  const std::string_view below = path.substr(root.size() + 1);
  return path[root.size()] == '/' && below.starts_with(key) && below[key.size()] == '/' &&
         std::find(roots.begin(), roots.end(), root) != roots.end();
}

class LookingUp {
 public:
  LookingUp(const KernelOnDisk& kernel, const Viewpoint& viewpoint)
      : kernel_(kernel), viewpoint_(viewpoint), release_(release_for(kernel, viewpoint)), rules_(rules_of(release_)) {}

  Lookup run() {
    if (auto ended = open_group()) return std::move(*ended);
    for (const ListedFile& file : kernel_.files) seen_.push_back(see(file));
    if (auto ended = find_files()) return std::move(*ended);
    if (auto ended = load_metadata()) return std::move(*ended);
    if (auto ended = load_files()) return std::move(*ended);
    for (const Seen& seen : seen_)
      if (seen.place == Place::other_root)
        return result(LookupOutcome::other_root, FindingId::reads_another_root, kernel_.group,
                      root_of(seen.file->path));
    return {};
  }

 private:
  using Ended = std::optional<Lookup>;

  static std::string shown(std::string_view text) { return util::escape_control(text); }

  /// The root that a path names, where it is one of an entry of this key; else the path.
  std::string root_of(const std::string& path) const {
    const std::string below = "/" + kernel_.key + path.substr(std::min(path.rfind('/'), path.size()));
    return shown(path.ends_with(below) ? std::string_view(path).substr(0, path.size() - below.size()) : path);
  }

  Ended open_group() const {
    using State = JsonFile::State;
    const JsonFile& file = kernel_.group_file;
    if (file.state == State::absent) return Lookup{LookupOutcome::miss, {}, {}, {}};
    if (file.state == State::unreadable)
      return result(rules_.bad_group, FindingId::unreadable, kernel_.group, file.problem);
    if (file.state == State::unchecked)
      return result(LookupOutcome::hit, FindingId::unchecked, kernel_.group, file.problem);
    switch (kernel_.form) {
      case GroupForm::unreadable:
        return result(rules_.bad_group, FindingId::group_unreadable, kernel_.group, kernel_.group_problem);
      case GroupForm::other:
        return result(LookupOutcome::crash_at_start, FindingId::group_malformed, kernel_.group, kernel_.group_problem);
      case GroupForm::none: return Lookup{LookupOutcome::miss, {}, {}, {}};
      case GroupForm::names:
        // What a later release than the known ones wrote, it reads.
        if (by_name() || (release_ > kNewestRelease && !viewpoint_.release)) return std::nullopt;
        return result(LookupOutcome::crash_at_start, FindingId::group_wrong_shape, kernel_.group,
                      "a list of names, not a map to paths");
      case GroupForm::paths: break;
    }
    return std::nullopt;
  }

  /// A map is a list of names to releases that know no paths.
  bool by_name() const { return kernel_.writes_here || rules_.names_only; }
  FileState state_of(const ListedFile& file) const { return by_name() ? file.at_name : file.at_path; }

  Seen see(const ListedFile& file) const {
    const FileState state = state_of(file);
    if (by_name() || kernel_.form == GroupForm::names ||
        is_in_entry(file.path, kernel_.key, file.file, viewpoint_.roots))
      return {&file, state == FileState::absent ? Place::nowhere : Place::here, false};
    const bool there = viewpoint_.is_elsewhere && viewpoint_.is_elsewhere(file.path);
    return {&file, there ? Place::other_root : Place::nowhere, true};
  }

  /// A file that is named and not there.
  Ended lost(const Seen& seen, LookupOutcome outcome) const {
    const ListedFile& file = *seen.file;
    if (outcome == LookupOutcome::hit) return std::nullopt;
    if (seen.names_elsewhere && outcome == LookupOutcome::miss)
      return result(outcome, FindingId::paths_elsewhere, kernel_.group, root_of(file.path));
    // What nobody knows may be what the kernel is run from.
    const bool dispensable = file.role == HitRole::dispensable;
    return result(outcome, dispensable ? FindingId::text_missing : FindingId::binary_missing, shown(file.file),
                  "not in the entry");
  }

  /// What the group comes to: the files that are there.
  Ended find_files() {
    if (kernel_.files.empty()) return Lookup{LookupOutcome::miss, {}, {}, {}};
    const auto metadata = std::find_if(seen_.begin(), seen_.end(),
                                       [this](const Seen& seen) { return seen.file->name == kernel_.metadata_name; });
    if (metadata == seen_.end())
      return result(LookupOutcome::miss, FindingId::metadata_missing, kernel_.group,
                    "does not list " + shown(kernel_.metadata_name));
    if (metadata->place == Place::nowhere) {
      if (metadata->names_elsewhere)
        return result(LookupOutcome::miss, FindingId::paths_elsewhere, kernel_.group, root_of(metadata->file->path));
      return result(LookupOutcome::miss, FindingId::metadata_missing, shown(kernel_.metadata_name), "not in the entry");
    }
    reads_own_metadata_ = metadata->place == Place::here;
    for (const Seen& seen : seen_)
      if (seen.place == Place::nowhere)
        if (auto ended = lost(seen, seen.file->role == HitRole::binary ? miss_or_go_on() : rules_.missing_text))
          return ended;
    return std::nullopt;
  }

  /// A binary that is not there ends a look-up here or only when it is loaded.
  LookupOutcome miss_or_go_on() const {
    return rules_.missing_binary == LookupOutcome::miss ? LookupOutcome::miss : LookupOutcome::hit;
  }

  Ended load_metadata() const {
    using State = JsonFile::State;
    const JsonFile& file = kernel_.metadata_file;
    const MetadataText& metadata = kernel_.metadata;
    const std::string name = shown(kernel_.metadata_name);
    if (!reads_own_metadata_) return std::nullopt;
    if (file.state == State::unreadable)
      return result(LookupOutcome::crash_at_start, FindingId::unreadable, name, file.problem);
    if (file.state == State::unchecked) return result(LookupOutcome::hit, FindingId::unchecked, name, file.problem);
    const bool is_loaded = release_ >= Release{3, 0};
    if (!metadata.problem.empty() && (is_loaded || !metadata.is_json))
      return result(LookupOutcome::crash_at_start, FindingId::metadata_unreadable, name, metadata.problem);
    if (!is_loaded) return std::nullopt;
    // Which fields are read is known where it is known which release reads.
    const auto release = viewpoint_.release ? viewpoint_.release : release_of(metadata.triton_version, kernel_.key);
    const MissingFields missing = metadata.seen.missing(release);
    if (!missing.names.empty())
      return result(missing.at_start ? LookupOutcome::crash_at_start : LookupOutcome::fails_at_launch,
                    FindingId::metadata_incomplete, name, "lacks " + missing.names);
    if (kernel_.other_backend)
      return result(LookupOutcome::crash_at_start, FindingId::metadata_incomplete, name,
                    fmt::format("target.backend is \"{}\", backend_name is \"{}\"", shown(metadata.backend),
                                shown(metadata.backend_name)));
    return std::nullopt;
  }

  Ended load_files() const {
    bool has_binary = false;
    for (const Seen& seen : seen_) {
      if (seen.place != Place::here) {
        has_binary |= seen.place == Place::other_root && seen.file->role == HitRole::binary;
        continue;
      }
      const FileState state = state_of(*seen.file);
      if (state == FileState::directory)
        return result(LookupOutcome::crash_at_start, FindingId::unreadable, shown(seen.file->file), "a directory");
      if (state == FileState::other)
        return result(LookupOutcome::hit, FindingId::unchecked, shown(seen.file->file),
                      "not a regular file, not followed");
      if (seen.file->role != HitRole::binary) continue;
      has_binary = true;
      if (state == FileState::empty)
        return result(LookupOutcome::fails_at_launch, FindingId::binary_truncated, shown(seen.file->file),
                      "empty file");
    }
    if (kernel_.knows_binary && !has_binary && rules_.from >= Release{2, 3}) return no_binary();
    if (!kernel_.damage) return std::nullopt;
    return damaged(*kernel_.damage);
  }

  Lookup no_binary() const {
    for (const Seen& seen : seen_)
      if (seen.file->role == HitRole::binary)
        return result(LookupOutcome::crash_at_start, FindingId::binary_missing, shown(seen.file->file),
                      seen.names_elsewhere ? "named in another directory" : "not in the entry");
    return result(LookupOutcome::crash_at_start, FindingId::binary_missing, kernel_.group, "lists no binary");
  }

  static LookupOutcome outcome_of(FindingId damage) {
    switch (damage) {
      case FindingId::binary_malformed:
      case FindingId::binary_truncated:
      case FindingId::digest_differs: return LookupOutcome::fails_at_launch;
      case FindingId::unchecked: return LookupOutcome::hit;
      default: return LookupOutcome::crash_at_start;
    }
  }

  static Lookup damaged(const FileDamage& damage) {
    return result(outcome_of(damage.id), damage.id, damage.file, damage.detail);
  }

  const KernelOnDisk& kernel_;
  const Viewpoint& viewpoint_;
  Release release_;
  const LookupRules& rules_;
  std::vector<Seen> seen_;
  bool reads_own_metadata_ = true;
};

/// The kernel as `repair` would leave it; false when nothing of it would be left, or nothing were changed.
bool mend(KernelOnDisk& kernel, const Lookup& lookup, Repair repair) {
  switch (repair) {
    case Repair::rewrite_paths:
    case Repair::rewrite_as_map:
      if (std::exchange(kernel.writes_here, true)) return false;
      return true;
    case Repair::drop_names: {
      const auto dropped = std::remove_if(kernel.files.begin(), kernel.files.end(), [&](const ListedFile& file) {
        return util::escape_control(file.file) == lookup.file ||
               (lookup.why == FindingId::text_missing && file.at_name == FileState::absent);
      });
      if (dropped == kernel.files.end()) return false;
      kernel.files.erase(dropped, kernel.files.end());
      // The first of several was told; whether others are damaged is for whoever mends to find.
      kernel.damage.reset();
      return true;
    }
    default: return false;
  }
}

}  // namespace

Release release_for(const KernelOnDisk& kernel, const Viewpoint& viewpoint) {
  if (viewpoint.release) return *viewpoint.release;
  return release_of(kernel.metadata.triton_version, kernel.key).value_or(kNewestRelease);
}

Lookup look_up(const KernelOnDisk& kernel, const Viewpoint& viewpoint) { return LookingUp(kernel, viewpoint).run(); }

std::vector<Finding> check_kernel(KernelOnDisk kernel, const Viewpoint& viewpoint) {
  std::vector<Finding> findings;
  for (;;) {
    Lookup lookup = look_up(kernel, viewpoint);
    if (!lookup.why) return findings;
    Finding finding;
    finding.id = *lookup.why;
    finding.outcome = lookup.outcome;
    finding.severity = severity_of(finding.id, lookup.outcome);
    finding.repair = text_of(finding.id).repair;
    finding.group = kernel.group;
    const bool goes_on = mend(kernel, lookup, finding.repair);
    finding.file = std::move(lookup.file);
    finding.detail = std::move(lookup.detail);
    findings.push_back(std::move(finding));
    if (!goes_on) return findings;
  }
}

}  // namespace tcm::cache
