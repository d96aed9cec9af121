// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/inspect.hpp"

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/metadata.hpp"
#include "core/service/transfer/export.hpp"
#include "core/service/transfer/places/place_reader.hpp"
#include "core/service/transfer/places/stream.hpp"

namespace tcm::service {
namespace {

/// Makes entries of files that come one after the other.
class Listing : public cache::Receiver {
 public:
  Listing(const Backends& backends, const std::function<void(const PlacedEntry&)>& each)
      : backends_(backends), each_(each) {}

  Result<void> declare(const cache::ManifestEntry& entry) override {
    flush();
    current_.emplace();
    current_->root = entry.root;
    current_->key = entry.key;
    current_->kind = entry.kind;
    current_->name = entry.name;
    current_->backend = entry.backend;
    current_->arch = entry.arch;
    current_->triton_version = entry.triton_version;
    declared_ = true;
    return {};
  }

  Result<bool> begin(const cache::PackedFile& file) override {
    if (!current_ || current_->key != file.key || current_->root != file.root) {
      flush();
      current_.emplace();
      current_->root = file.root;
      current_->key = file.key;
      declared_ = false;
    }
    ++current_->files;
    current_->bytes += file.bytes;
    text_.clear();
    if (declared_) return false;
    note_kind(file.name);
    const bool is_metadata = file.name.ends_with(".json") && !cache::is_group(file.name);
    return is_metadata && current_->name.empty() && file.bytes <= cache::kMaxJsonBytes;
  }

  Result<void> piece(std::string_view bytes) override {
    text_ += bytes;
    return {};
  }

  Result<void> end() override {
    const auto metadata = cache::parse_metadata(text_);
    if (!metadata) return {};
    current_->name = metadata->facts.name;
    current_->backend = metadata->facts.backend;
    current_->triton_version = metadata->facts.triton_version;
    if (!metadata->arch_json.empty())
      current_->arch = backends_.naming().arch_of
                           ? backends_.naming().arch_of(metadata->facts.backend, metadata->arch_json)
                           : metadata->arch_json;
    return {};
  }

  void flush() {
    if (current_) {
      ++entries_;
      each_(*current_);
    }
    current_.reset();
  }

  std::uint64_t entries() const { return entries_; }

 private:
  void note_kind(const std::string& name) {
    model::EntryKind& kind = current_->kind;
    if (cache::is_group(name))
      kind = model::EntryKind::kernel;
    else if (kind != model::EntryKind::kernel && cache::is_autotune(name))
      kind = model::EntryKind::autotune;
    else if (kind == model::EntryKind::foreign && cache::is_module(name))
      kind = model::EntryKind::module;
  }

  const Backends& backends_;
  const std::function<void(const PlacedEntry&)>& each_;
  std::optional<PlacedEntry> current_;
  bool declared_ = false;
  std::string text_;
  std::uint64_t entries_ = 0;
};

Result<PlaceReport> inspect_pack(const Place& place, const Backends& backends, TransferProgress& progress,
                                 const std::function<void(const PlacedEntry&)>& each) {
  Listing listing(backends, each);
  cache::PackOptions options;
  options.stop = &progress.stop;
  options.progress = [&progress](std::uint64_t entries, std::uint64_t bytes) {
    progress.entries.store(entries);
    progress.bytes.store(bytes);
  };
  TCM_ASSIGN(const cache::PackReport read, read_place(place, listing, options));
  listing.flush();
  PlaceReport report;
  report.manifest = read.manifest;
  report.digest = read.digest;
  report.entries = listing.entries();
  report.files = read.files;
  report.bytes = read.bytes;
  report.absent = read.absent_total;
  report.other_files = read.other_files;
  return report;
}

Result<PlaceReport> inspect_directory(const Place& place, const Backends& backends, TransferProgress& progress,
                                      const std::function<void(const PlacedEntry&)>& each) {
  SelectionRequest request;
  request.cache_dir = place.path;
  TCM_ASSIGN(const Selection selection, select_entries(request, nullptr, backends, progress));
  PlaceReport report;
  for (const SelectedRoot& root : selection.roots) {
    cache::CarryOptions options = carry_options(root.root.path(), {}, {}, backends);
    options.look_into = false;
    for (const std::string& key : root.keys) {
      if (progress.stop.load(std::memory_order_relaxed)) return fail(ErrorCode::interrupted, "interrupted");
      progress.entries.fetch_add(1, std::memory_order_relaxed);
      const auto carried = cache::carried_entry(root.root, key, options);
      if (!carried) continue;
      PlacedEntry entry{root.relative,
                        key,
                        carried->kind,
                        carried->facts.name,
                        carried->facts.backend,
                        carried->facts.arch,
                        carried->facts.triton_version};
      entry.files = carried->files.size();
      for (const cache::CarriedFile& file : carried->files) entry.bytes += file.bytes;
      ++report.entries;
      report.files += entry.files;
      report.bytes += entry.bytes;
      each(entry);
    }
  }
  return report;
}

}  // namespace

Result<PlaceReport> inspect_place(const Place& place, const Backends& backends, TransferProgress& progress,
                                  const std::function<void(const PlacedEntry&)>& each) {
  if (place.kind == Place::Kind::directory) return inspect_directory(place, backends, progress, each);
  return inspect_pack(place, backends, progress, each);
}

bool is_mega_cache(const Place& place) {
  if (place.kind != Place::Kind::archive) return false;
  const auto file = InputFile::open(place.path);
  return file && cache::is_mega_cache(file->head(cache::kMegaCacheHead));
}

Result<PlaceReport> inspect_mega_cache(const Place& place, TransferProgress& progress,
                                       const std::function<void(const cache::MegaArtifact&)>& each) {
  TCM_ASSIGN(InputFile file, InputFile::open(place.path));
  PlaceReport report;
  auto read = cache::read_mega_cache(file.source(), progress.stop, [&](const cache::MegaArtifact& artifact) {
    ++report.entries;
    report.bytes += artifact.bytes;
    progress.entries.store(report.entries);
    progress.bytes.store(report.bytes);
    each(artifact);
  });
  if (read) return report;
  Error error = std::move(read).error();
  if (error.code == ErrorCode::corrupt) error.message = place.path + ": " + error.message;
  return fail(std::move(error));
}

}  // namespace tcm::service
