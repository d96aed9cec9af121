// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/carried_entry.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/cache/edit/group_paths.hpp"
#include "core/cache/format/group.hpp"
#include "core/cache/format/group_edit.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/key.hpp"
#include "core/cache/format/metadata_edit.hpp"
#include "core/cache/inspect/droppable.hpp"
#include "core/cache/pack/manifest.hpp"
#include "core/cache/pack/member_path.hpp"
#include "core/cache/verify/metadata_text.hpp"
#include "core/disk/directory.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

using model::Artifact;
using model::EntryKind;
using model::Record;

EditorOptions seen_at(const std::string& place) {
  EditorOptions options;
  options.seen_at = place;
  return options;
}

tl::unexpected<NotCarried> fault(std::string_view file, std::string_view what) {
  std::string reason = file.empty() ? std::string() : util::escape_control(file) + ": ";
  return tl::unexpected(NotCarried{true, std::move(reason) + std::string(what), false});
}

bool is_carried(EntryKind kind) {
  return kind == EntryKind::kernel || kind == EntryKind::module || kind == EntryKind::autotune;
}

/// One look at one entry.
class Carrying {
 public:
  Carrying(const Root& root, const std::string& key, const CarryOptions& options)
      : root_(root),
        options_(options),
        paths_(root, seen_at(options.place)),
        entry_(root.read_entry(key, options.naming)) {
    carried_.key = key;
    carried_.stamp = entry_.stamp;
  }

  tl::expected<CarriedEntry, NotCarried> run() {
    if (!is_packed_name(entry_.key)) return tl::unexpected(NotCarried{false, "not called as an entry is", false});
    for (const Record& record : entry_.records)
      if (auto judged = judge(record); !judged) return tl::unexpected(std::move(judged).error());
    for (const Record& record : entry_.records)
      if (auto taken = take_out(record); !taken) return tl::unexpected(std::move(taken).error());
    for (std::size_t i = 0; i < entry_.records.size(); ++i)
      if (auto taken = take(i); !taken) return tl::unexpected(std::move(taken).error());
    std::sort(carried_.files.begin(), carried_.files.end(),
              [](const CarriedFile& a, const CarriedFile& b) { return a.name < b.name; });
    if (carried_.files.empty()) return tl::unexpected(NotCarried{false, "holds nothing", false});
    const Record& first = entry_.records.front();
    carried_.kind = first.kind;
    carried_.facts = first.facts;
    carried_.facts.metadata.clear();
    if (options_.look_into && options_.look_later) carried_.records = std::move(entry_.records);
    return std::move(carried_);
  }

 private:
  using Judged = tl::expected<void, NotCarried>;

  static Judged judge(const Record& record) {
    const std::string why(model::text_of(record.problem));
    const std::string detail = record.problem_detail.empty() ? why : why + ": " + record.problem_detail;
    if (record.kind == EntryKind::broken) return fault({}, detail);
    if (record.problem == model::SkipReason::unreadable) return fault({}, detail);
    if (is_carried(record.kind)) return {};
    const bool empty = record.kind == EntryKind::empty && record.problem == model::SkipReason::none;
    return tl::unexpected(NotCarried{false, std::string(model::to_string(record.kind)), empty});
  }

  Judged take_out(const Record& record) {
    if (record.kind != EntryKind::kernel || options_.drop.empty()) return {};
    const auto dropped = droppable(record, options_.drop);
    // Of a release that wrote no groups all is needed.
    if (!dropped) return {};
    for (const Artifact* artifact : *dropped) dropped_.insert(artifact->name);
    return {};
  }

  void note_kernel(const Record& record) {
    const model::KernelFacts& facts = record.facts;
    carried_.kernels.push_back({read_metadata_text(facts.metadata).hash, facts.backend, facts.arch,
                                facts.triton_version, facts.num_warps, facts.num_stages, facts.warp_size});
  }

  bool is_there(std::string_view name) const {
    for (const Record& record : entry_.records)
      for (const Artifact& artifact : record.artifacts)
        if (artifact.name == name) return true;
    return false;
  }

  Judged take(std::size_t position) {
    const Record& record = entry_.records[position];
    if (record.kind == EntryKind::kernel) note_kernel(record);
    for (const Artifact& artifact : record.artifacts) {
      if (is_unfinished(artifact) || dropped_.contains(artifact.name)) continue;
      if (!is_packed_name(artifact.name)) return fault(artifact.name, "a name that no pack can hold");
      if (artifact.bytes > kMaxPackedFile) return fault(artifact.name, "larger than any file of a kernel");
      carried_.files.push_back({artifact.name, artifact.bytes, std::nullopt});
    }
    const Artifact* group = record.kind == EntryKind::kernel ? group_of(record) : nullptr;
    return group == nullptr ? Judged() : edit(position, *group);
  }

  Judged edit(std::size_t position, const Artifact& group) {
    const Record& record = entry_.records[position];
    auto text = read(group.name);
    if (!text) return tl::unexpected(std::move(text).error());
    const auto children = parse_group(*text);
    if (!children) return fault(group.name, children.error());
    if (auto judged = check_hit(position, *children); !judged) return judged;
    auto edited = edit_group(*text, group_change());
    if (!edited) return fault(group.name, edited.error());
    if (*edited != *text) set_text(group.name, std::move(*edited));
    return edit_metadata_of(record);
  }

  /// Where it goes it is a hit, whatever it is here.
  Judged check_hit(std::size_t position, const std::vector<std::string>& children) {
    const Record& record = entry_.records[position];
    const std::string hash = read_metadata_text(record.facts.metadata).hash;
    if (!key_fits(hash, entry_.key)) return fault({}, "the metadata is of another key, " + util::escape_control(hash));
    if (!options_.look_into) return {};
    std::vector<std::string> names;
    for (const std::string& name : children)
      if (!dropped_.contains(name)) names.push_back(name);
    if (options_.look_later) {
      mark_read_by(position, names);
      return {};
    }
    util::Fd directory;
    if (disk::open_directory_at(root_.descriptor(), entry_.key.c_str(), directory) != 0) return fault({}, "gone");
    if (const auto damage = find_damage(directory.get(), record, names, options_.binary_check))
      return fault({}, damage->detail);
    return {};
  }

  void mark_read_by(std::size_t position, const std::vector<std::string>& names) {
    for (const Artifact& artifact : entry_.records[position].artifacts) {
      const bool is_listed = std::find(names.begin(), names.end(), artifact.name) != names.end();
      if (!is_listed || !can_be_damaged(artifact, options_.binary_check)) continue;
      for (CarriedFile& file : carried_.files)
        if (file.name == artifact.name) file.read_by = position;
    }
  }

  GroupEdit group_change() const {
    GroupEdit change;
    // Triton 2 writes lists, under keys of its own; any later release fails on one.
    change.as_map = key_encoding(entry_.key) != KeyEncoding::md5_hex;
    change.stays = [this](std::string_view name) { return !dropped_.contains(name) && is_there(name); };
    change.new_path = [this](std::string_view name, std::string_view path) {
      return paths_.new_path(entry_.key, name, path);
    };
    return change;
  }

  Judged edit_metadata_of(const Record& record) {
    const auto fields = options_.path_fields.find(record.facts.backend);
    const Artifact* file = metadata_of(record);
    if (fields == options_.path_fields.end() || file == nullptr) return {};
    auto text = read(file->name);
    if (!text) return tl::unexpected(std::move(text).error());
    auto edited = edit_metadata(*text, [&](std::string_view field, std::string_view value) {
      const bool is_path = std::find(fields->second.begin(), fields->second.end(), field) != fields->second.end();
      return is_path ? paths_.new_entry_path(entry_.key, value) : std::string();
    });
    if (!edited) return fault(file->name, edited.error());
    if (*edited != *text) set_text(file->name, std::move(*edited));
    return {};
  }

  tl::expected<std::string, NotCarried> read(const std::string& name) const {
    std::string text;
    auto done = root_.read_artifact(entry_.key, name, kMaxJsonBytes, text);
    if (!done) return fault(name, done.error().message);
    return text;
  }

  void set_text(const std::string& name, std::string text) {
    for (CarriedFile& file : carried_.files) {
      if (file.name != name) continue;
      file.bytes = text.size();
      file.text = std::move(text);
      return;
    }
  }

  const Root& root_;
  const CarryOptions& options_;
  GroupPaths paths_;
  model::Entry entry_;
  std::set<std::string, std::less<>> dropped_;
  CarriedEntry carried_;
};

}  // namespace

tl::expected<CarriedEntry, NotCarried> carried_entry(const Root& root, const std::string& key,
                                                     const CarryOptions& options) {
  return Carrying(root, key, options).run();
}

}  // namespace tcm::cache
