// SPDX-License-Identifier: Apache-2.0
#include "core/service/transfer/export.hpp"

#include <deque>
#include <future>

#include <fmt/format.h>

#include "core/cache/pack/image_list.hpp"
#include "core/cache/pack/member_path.hpp"
#include "core/service/binary_check.hpp"
#include "core/service/transfer/survey/since.hpp"
#include "core/service/transfer/survey/survey.hpp"
#include "core/util/system/spool.hpp"
#include "core/util/text/text.hpp"
#include "core/util/thread/workers.hpp"

namespace tcm::service {
namespace {

using Survey = tl::expected<SurveyedEntry, cache::NotCarried>;

// Beyond this an entry is written while it is read, and found changed only then.
constexpr std::uint64_t kMaxHeld = std::uint64_t{16} << 20;
// So much is read while earlier entries are written.
constexpr std::uint64_t kMaxAhead = std::uint64_t{4} << 20;

/// Where to find what is known of an entry.
struct Surveyed {
  std::uint64_t position = 0;
  std::uint64_t bytes = 0;
};

/// An entry that is about to be written.
struct Held {
  SurveyedEntry entry;
  bool whole = false;  ///< it is what was surveyed
  util::Fd directory;
  std::vector<std::string> contents;  ///< of a small one
};

class Exporting {
 public:
  Exporting(const ExportRequest& request, const Backends& backends, TransferProgress& progress, Selection selection,
            cache::ManifestSpool manifest, util::Spool details, util::Spool image_lines, std::optional<Since> since)
      : request_(request),
        progress_(progress),
        selection_(std::move(selection)),
        manifest_(std::move(manifest)),
        details_(std::move(details)),
        places_(cache::image_places(selection_.layout)),
        image_list_(selection_.layout),
        image_lines_(std::move(image_lines)),
        since_(std::move(since)) {
    report_.cache_dir = selection_.cache_dir;
    report_.layout = selection_.layout;
    report_.place = request.place.empty() ? std::string(default_place(selection_.layout)) : request.place;
    report_.unread = selection_.unread;
    report_.image.layout = selection_.layout;
    manifest_.set_header({request.tool, selection_.layout, report_.place});
    for (const SelectedRoot& root : selection_.roots)
      options_.push_back(carry_options(report_.place, root.relative, request.drop, backends));
    for (cache::CarryOptions& options : options_) options.look_later = true;
  }

  /// The first pass.
  Result<void> survey() {
    util::Workers<Survey> workers(request_.jobs - 1);
    std::deque<std::future<Survey>> waiting;
    std::deque<std::pair<std::size_t, const std::string*>> names;
    const auto take_next = [&]() -> Result<void> {
      Survey surveyed = waiting.front().get();
      const auto [root, key] = names.front();
      waiting.pop_front();
      names.pop_front();
      return take(selection_.roots[root], *key, std::move(surveyed));
    };
    for (std::size_t i = 0; i < selection_.roots.size(); ++i)
      for (const std::string& key : selection_.roots[i].keys) {
        if (progress_.stop.load(std::memory_order_relaxed)) return interrupted();
        waiting.push_back(workers.run(util::Workers<Survey>::Task([this, i, &key] {
          return survey_entry(selection_.roots[i].root, selection_.roots[i].relative, key, options_[i]);
        })));
        names.emplace_back(i, &key);
        if (waiting.size() > 4 * static_cast<std::size_t>(request_.jobs)) TCM_TRY(take_next());
      }
    while (!waiting.empty()) TCM_TRY(take_next());
    return {};
  }

  /// The second: the archive.
  Result<void> write(const cache::ArchiveWriter::Sink& sink) {
    progress_.entries.store(0);
    progress_.bytes.store(0);
    progress_.expected.store(manifest_.count());
    TCM_ASSIGN(cache::ArchiveWriter archive,
               cache::ArchiveWriter::open(request_.compression, request_.jobs, [&](std::string_view piece) {
                 report_.written += piece.size();
                 return sink(piece);
               }));
    TCM_TRY(write_manifest(archive));
    TCM_TRY(write_entries(archive));
    if (request_.image) TCM_TRY(write_image_list(archive));
    report_.image.place = report_.place;
    report_.image.manifest = report_.manifest;
    return archive.close();
  }

  ExportReport take_report() { return std::move(report_); }

 private:
  static tl::unexpected<Error> interrupted() {
    return fail(ErrorCode::interrupted, "interrupted; nothing was written");
  }

  Result<void> take(const SelectedRoot& root, const std::string& key, Survey&& surveyed) {
    progress_.entries.fetch_add(1, std::memory_order_relaxed);
    if (!surveyed && !surveyed.error().fault) {
      ++report_.passed;
      return {};
    }
    if (!surveyed) {
      leave_out(root.relative, key, std::move(surveyed.error().reason));
      return {};
    }
    const cache::ManifestEntry& entry = surveyed->manifest;
    if (entry.kind == model::EntryKind::module && !request_.selection.modules) return {};
    progress_.bytes.fetch_add(entry.bytes(), std::memory_order_relaxed);
    if (since_ && since_->has(entry)) {
      ++report_.there;
      return {};
    }
    TCM_TRY(manifest_.add(entry));
    if (request_.image) TCM_TRY(note_image(*surveyed));
    TCM_ASSIGN(const std::uint64_t position, details_.append(pack_surveyed(*surveyed)));
    surveyed_.push_back({position, entry.bytes()});
    report_.carried.add(entry.kind, surveyed->kernels.size(), entry.files.size(), entry.bytes());
    return {};
  }

  Result<void> note_image(const SurveyedEntry& entry) {
    report_.image.bytes += entry.manifest.bytes();
    for (const cache::CarriedKernel& kernel : entry.kernels) {
      const std::string line = image_list_.next(entry.manifest.root, kernel);
      image_bytes_ += line.size();
      report_.image.add(kernel);
      TCM_TRY(image_lines_.append(line));
    }
    return {};
  }

  /// The document by which other tools know what is in an image.
  Result<void> write_image_list(cache::ArchiveWriter& archive) {
    const std::string begin = image_list_.begin();
    const std::string end = image_list_.end();
    TCM_TRY(archive.add_directory(places_.list_directory));
    TCM_TRY(archive.begin_file(places_.list, begin.size() + image_bytes_ + end.size()));
    TCM_TRY(archive.write(begin));
    TCM_TRY(image_lines_.for_each([&archive](std::string_view line) { return archive.write(line); }));
    report_.image.hashes = image_list_.hashes();
    return archive.write(end);
  }

  /// The root as members name it.
  std::string placed(const std::string& root) const {
    if (!request_.image) return root;
    return root.empty() ? places_.cache : fmt::format("{}/{}", places_.cache, root);
  }

  void leave_out(const std::string& root, const std::string& key, std::string reason) {
    report_.left_out.add({root, util::escape_control(key), std::move(reason)});
  }

  Result<void> write_manifest(cache::ArchiveWriter& archive) {
    util::Sha256Hasher hasher;
    TCM_TRY(archive.begin_file(cache::kManifestName, manifest_.text_bytes()));
    TCM_TRY(manifest_.write([&](std::string_view piece) {
      hasher.add(piece);
      return archive.write(piece);
    }));
    report_.manifest = hasher.finish();
    return {};
  }

  /// Starts reading an entry. The temporary files are this thread's.
  Result<std::future<Held>> start_reading(std::size_t position, util::Workers<Held>& readers) {
    std::string details;
    TCM_ASSIGN(std::string line, manifest_.line(position));
    TCM_TRY(details_.read(surveyed_[position].position, details));
    return readers.run(util::Workers<Held>::Task(
        [this, line = std::move(line), details = std::move(details)] { return hold(line, details); }));
  }

  /// All of a small entry is in memory before anything of it is written. May be called from any thread.
  Held hold(const std::string& line, const std::string& details) const {
    Held held;
    auto manifest = cache::parse_manifest_line(line);
    if (!manifest) return held;
    held.entry.manifest = std::move(*manifest);
    unpack_surveyed(details, held.entry);
    const cache::ManifestEntry& entry = held.entry.manifest;
    if (disk::open_directory_at(root_of(entry).descriptor(), entry.key.c_str(), held.directory) != 0) return held;
    if (entry.bytes() <= kMaxHeld) {
      held.contents.resize(entry.files.size());
      for (std::size_t i = 0; i < held.contents.size(); ++i)
        if (!read_file(held.directory.get(), held.entry, i, held.contents[i])) return held;
    }
    held.whole = true;
    return held;
  }

  /// Reads ahead, and writes in order.
  Result<void> write_entries(cache::ArchiveWriter& archive) {
    util::Workers<Held> readers(request_.jobs - 1);
    std::deque<std::future<Held>> waiting;
    std::uint64_t ahead = 0;
    const std::size_t most = 4 * static_cast<std::size_t>(request_.jobs);
    for (std::size_t i = 0; i < surveyed_.size(); ++i) {
      if (progress_.stop.load(std::memory_order_relaxed)) return interrupted();
      for (std::size_t next = i + waiting.size(); next < surveyed_.size() && waiting.size() < most; ++next) {
        const std::uint64_t bytes = surveyed_[next].bytes;
        if (!waiting.empty() && ahead + bytes > kMaxAhead) break;
        TCM_ASSIGN(std::future<Held> started, start_reading(next, readers));
        waiting.push_back(std::move(started));
        ahead += bytes;
      }
      Held held = waiting.front().get();
      waiting.pop_front();
      ahead -= surveyed_[i].bytes;
      TCM_TRY(held.whole ? write_entry(held, archive) : give_up(held.entry));
      progress_.entries.fetch_add(1, std::memory_order_relaxed);
    }
    return {};
  }

  Result<void> write_entry(Held& held, cache::ArchiveWriter& archive) {
    const cache::ManifestEntry& manifest = held.entry.manifest;
    TCM_TRY(archive.add_directory(cache::member_path(placed(manifest.root), manifest.key, {})));
    for (std::size_t i = 0; i < manifest.files.size(); ++i) {
      std::string content;
      if (!held.contents.empty())
        content = std::move(held.contents[i]);
      else if (!read_file(held.directory.get(), held.entry, i, content))
        return fail(ErrorCode::failed, fmt::format("{}/{}/{}: changed while it was written; run it again",
                                                   root_of(manifest).path(), manifest.key, manifest.files[i].name));
      TCM_TRY(archive.begin_file(cache::member_path(placed(manifest.root), manifest.key, manifest.files[i].name),
                                 content.size()));
      TCM_TRY(archive.write(content));
    }
    progress_.bytes.fetch_add(manifest.bytes(), std::memory_order_relaxed);
    return {};
  }

  static bool read_file(int directory, const SurveyedEntry& entry, std::size_t i, std::string& content) {
    const cache::ManifestFile& file = entry.manifest.files[i];
    return read_surveyed(directory, file.name, entry.files[i], file.digest, content);
  }

  /// The manifest is written already: it names an entry that does not follow, as readers know.
  Result<void> give_up(const SurveyedEntry& entry) {
    if (request_.image)
      return fail(ErrorCode::failed, fmt::format("{}/{}: gone or changed while it was written; run it again",
                                                 root_of(entry.manifest).path(), entry.manifest.key));
    leave_out(entry.manifest.root, entry.manifest.key, "gone or changed before it was written");
    CarriedSums one;
    one.add(entry.manifest.kind, entry.kernels.size(), entry.manifest.files.size(), entry.manifest.bytes());
    CarriedSums& sums = report_.carried;
    sums.entries -= one.entries;
    sums.kernels -= one.kernels;
    sums.modules -= one.modules;
    sums.tunings -= one.tunings;
    sums.files -= one.files;
    sums.bytes -= one.bytes;
    return {};
  }

  const cache::Root& root_of(const cache::ManifestEntry& entry) const {
    for (const SelectedRoot& root : selection_.roots)
      if (root.relative == entry.root) return root.root;
    return selection_.roots.front().root;
  }

  const ExportRequest& request_;
  TransferProgress& progress_;
  Selection selection_;
  cache::ManifestSpool manifest_;
  util::Spool details_;
  const cache::ImagePlaces& places_;  ///< of an image
  cache::ImageList image_list_;       ///< … and its kernels
  util::Spool image_lines_;
  std::uint64_t image_bytes_ = 0;
  std::optional<Since> since_;
  std::vector<cache::CarryOptions> options_;  ///< of each root
  std::vector<Surveyed> surveyed_;            ///< each entry of the manifest
  ExportReport report_;
};

/// An image of Triton holds one root, without a name; one of vLLM has all of them where vLLM puts them.
Result<void> lay_out_for_image(Selection& selection) {
  if (selection.layout == model::Layout::vllm) {
    for (SelectedRoot& root : selection.roots) {
      auto named = cache::vllm_root(root.root.path());
      if (!named)
        return fail(ErrorCode::usage, fmt::format("{}: lies in no {}, as the roots of vLLM do; choose another layout",
                                                  root.root.path(), cache::kVllmDirectory));
      root.relative = std::move(*named);
    }
    return {};
  }
  if (selection.roots.size() > 1)
    return fail(ErrorCode::usage,
                fmt::format("{}: holds {} roots, and an image has one; choose one of them with --cache-dir",
                            selection.cache_dir, selection.roots.size()));
  selection.layout = model::Layout::triton;
  selection.roots.front().relative.clear();
  return {};
}

}  // namespace

std::string_view default_place(model::Layout layout) {
  switch (layout) {
    case model::Layout::triton: break;
    case model::Layout::inductor: return "/tmp/torchinductor_root";
    case model::Layout::vllm: return "/root/.cache/vllm";
  }
  return "/root/.triton/cache";
}

cache::CarryOptions carry_options(const std::string& place, const std::string& relative, model::KindSet drop,
                                  const Backends& backends) {
  cache::CarryOptions options;
  options.naming = backends.naming();
  options.drop = drop;
  options.place = relative.empty() ? place : place + '/' + relative;
  options.path_fields = backends.registry().path_fields();
  options.binary_check = binary_check_of(backends);
  return options;
}

Result<ExportReport> export_entries(const ExportRequest& request, index::Index* index, const Backends& backends,
                                    const cache::ArchiveWriter::Sink& sink, TransferProgress& progress) {
  std::optional<Since> since;
  if (!request.since.empty()) {
    TCM_ASSIGN(since, Since::read(request.since));
  }
  TCM_ASSIGN(Selection selection, select_entries(request.selection, index, backends, progress));
  TCM_ASSIGN(cache::ManifestSpool manifest, cache::ManifestSpool::create());
  TCM_ASSIGN(util::Spool details, util::Spool::create());
  if (request.image) TCM_TRY(lay_out_for_image(selection));
  TCM_ASSIGN(util::Spool image_lines, util::Spool::create());
  Exporting exporting(request, backends, progress, std::move(selection), std::move(manifest), std::move(details),
                      std::move(image_lines), std::move(since));
  TCM_TRY(exporting.survey());
  if (sink) TCM_TRY(exporting.write(sink));
  return exporting.take_report();
}

}  // namespace tcm::service
