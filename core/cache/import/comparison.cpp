// SPDX-License-Identifier: Apache-2.0
#include "core/cache/import/comparison.hpp"

#include <algorithm>
#include <map>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/cache/read/presence.hpp"
#include "core/disk/same_bytes.hpp"
#include "core/model/change.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

constexpr model::KindSet kDispensable{model::ArtifactKind::ir, model::ArtifactKind::source,
                                      model::ArtifactKind::assembly};

ComparedEntry different(std::string_view file, std::string_view what) {
  return {Comparison::different, util::escape_control(file) + ": " + std::string(what)};
}

bool is_dispensable(const std::string& name, const CarriedEntry& entry, const Naming& naming) {
  const FileType* const type = naming.types().find(entry.facts.backend, extension_of(name));
  return type != nullptr && kDispensable.has(type->kind);
}

/// What a file says: as it is carried where that is another text, else its bytes on the disk.
class Opened {
 public:
  bool open(const Root& root, const std::string& key, const CarriedFile& file) {
    util::Fd directory;
    text_ = file.text;
    if (text_) return true;
    return disk::open_directory_at(root.descriptor(), key.c_str(), directory) == 0 &&
           disk::open_file_at(directory.get(), file.name.c_str(), file_, node_) == 0;
  }

  bool is_same(const Opened& other, const Root& root, const Root& other_root, const std::string& key,
               const std::string& name) const {
    if (!text_ && !other.text_) {
      bool same = false;
      return disk::same_bytes(file_.get(), node_, other.file_.get(), other.node_, same) == 0 && same;
    }
    const auto mine = whole(root, key, name);
    return mine && mine == other.whole(other_root, key, name);
  }

 private:
  std::optional<std::string> whole(const Root& root, const std::string& key, const std::string& name) const {
    if (text_) return text_;
    std::string text;
    if (!root.read_artifact(key, name, kMaxJsonBytes, text)) return std::nullopt;
    return text;
  }

  std::optional<std::string> text_;
  util::Fd file_;
  disk::Node node_;
};

}  // namespace

ComparedEntry compare_entries(const Root& root, const Root& staging, const CarriedEntry& coming,
                              const CarryOptions& options) {
  if (!has_entry(root, coming.key)) return {};
  CarryOptions looking = options;
  looking.look_into = false;
  const auto there = carried_entry(root, coming.key, looking);
  if (!there && there.error().empty) return {};
  if (!there) return different("what is there", there.error().reason);

  std::map<std::string_view, const CarriedFile*> files;
  for (const CarriedFile& file : there->files) files.emplace(file.name, &file);
  for (const CarriedFile& file : coming.files) {
    const auto other = files.find(file.name);
    if (other == files.end()) {
      if (is_dispensable(file.name, coming, options.naming)) continue;
      return different(file.name, "is not there");
    }
    const CarriedFile& own = *other->second;
    files.erase(other);
    // A group lists more or fewer files then; which those are is told by the files.
    if (is_group(file.name)) continue;
    Opened a;
    Opened b;
    if (!a.open(staging, coming.key, file) || !b.open(root, coming.key, own)) return different(file.name, "unreadable");
    if (!a.is_same(b, staging, root, coming.key, file.name)) return different(file.name, "other bytes are there");
  }
  for (const auto& [name, file] : files)
    if (!is_dispensable(file->name, coming, options.naming)) return different(name, "only that which is there has it");
  return {Comparison::same, {}};
}

}  // namespace tcm::cache
