// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/pack_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/cache/find/shape.hpp"
#include "core/cache/format/key.hpp"
#include "core/cache/pack/member_path.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

tl::unexpected<Error> corrupt(std::string what) { return fail(ErrorCode::corrupt, std::move(what)); }

tl::unexpected<Error> corrupt(std::string_view path, std::string_view what) {
  return corrupt(fmt::format("{}: {}", util::escape_control(path), what));
}

/// Makes a path relative to a directory that it lies in or is; false: it does neither.
bool take_off(const std::string& directory, std::string& path) {
  if (path != directory && !path.starts_with(directory + '/')) return false;
  path.erase(0, std::min(path.size(), directory.size() + 1));
  return true;
}

/// The files of a manifest, one after the other.
class Declared {
 public:
  explicit Declared(ManifestSpool& spool) : spool_(spool) {}

  /// Goes on to the entry of `file`, or to the first behind it; `skipped` is told of those that lie between.
  Result<void> go_to(const PackedFile& file, const std::function<Result<void>(const ManifestEntry&)>& entered,
                     const std::function<Result<void>(const ManifestEntry&)>& skipped) {
    ManifestEntry wanted;
    wanted.root = file.root;
    wanted.key = file.key;
    while (!entry_ || is_before(*entry_, wanted)) {
      if (entry_ && next_file_ < entry_->files.size()) TCM_TRY(leave(skipped));
      if (next_ == spool_.count()) {
        entry_.reset();
        break;
      }
      TCM_ASSIGN(entry_, spool_.entry(next_++));
      next_file_ = 0;
      if (entry_->key == file.key && entry_->root == file.root) TCM_TRY(entered(*entry_));
    }
    return {};
  }

  /// The declaration of the file, which must be the next of its entry. Null: it is none.
  const ManifestFile* take(const PackedFile& file) {
    if (!entry_ || entry_->key != file.key || entry_->root != file.root || next_file_ == entry_->files.size())
      return nullptr;
    const ManifestFile& declared = entry_->files[next_file_];
    if (declared.name != file.name) return nullptr;
    ++next_file_;
    return &declared;
  }

  Result<void> finish(const std::function<Result<void>(const ManifestEntry&)>& skipped) {
    if (entry_ && next_file_ < entry_->files.size()) TCM_TRY(leave(skipped));
    while (next_ < spool_.count()) {
      TCM_ASSIGN(entry_, spool_.entry(next_++));
      next_file_ = 0;
      TCM_TRY(leave(skipped));
    }
    return {};
  }

  std::size_t position() const { return next_; }

 private:
  /// Whoever packed may have found an entry gone, and says so; of one that is there all of it is.
  Result<void> leave(const std::function<Result<void>(const ManifestEntry&)>& skipped) {
    if (next_file_ == 0) return skipped(*entry_);
    return corrupt(member_path(entry_->root, entry_->key, entry_->files[next_file_].name),
                   "the manifest names it, and it is not there");
  }

  ManifestSpool& spool_;
  std::optional<ManifestEntry> entry_;
  std::size_t next_ = 0;
  std::size_t next_file_ = 0;
};

class PackReading {
 public:
  PackReading(ArchiveReader& archive, Receiver& to, const PackOptions& options)
      : archive_(archive), to_(to), options_(options) {}

  Result<PackReport> run() {
    for (;;) {
      if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed))
        return fail(ErrorCode::interrupted, "interrupted");
      TCM_ASSIGN(const auto member, archive_.next());
      if (!member) break;
      TCM_TRY(take(*member));
    }
    if (declared_) TCM_TRY(declared_->finish([this](const ManifestEntry& entry) { return note_absent(entry); }));
    return std::move(report_);
  }

 private:
  Result<void> take(const Member& member) {
    if (member.type == Member::Type::other)
      return corrupt(member.path, fmt::format("{}, which no cache holds", member.what));
    const bool first = std::exchange(first_, false);
    auto path = parse_member(member.path, member.type == Member::Type::directory);
    if (!path) return corrupt(path.error());
    if (member.type == Member::Type::directory) return {};
    if (first && path->file == kManifestName && path->key.empty()) return take_manifest();
    const auto lies_in = [&path](const std::string& directory) { return take_off(directory, path->root); };
    if (!options_.below.empty() && std::none_of(options_.below.begin(), options_.below.end(), lies_in)) {
      ++report_.other_files;
      return {};
    }
    if (spool_) return take_declared(member, *path);
    return take_liberally(member, *path);
  }

  Result<void> take_manifest() {
    TCM_ASSIGN(spool_, ManifestSpool::create());
    util::Sha256Hasher hasher;
    const auto failed = [](Error error) {
      error.message = fmt::format("{}: {}", kManifestName, error.message);
      return fail(std::move(error));
    };
    auto read = archive_.read([&](std::string_view piece) {
      hasher.add(piece);
      return spool_->feed(piece);
    });
    if (!read) return failed(std::move(read).error());
    if (auto finished = spool_->finish(); !finished) return failed(std::move(finished).error());
    declared_.emplace(*spool_);
    report_.manifest = spool_->header();
    report_.digest = hasher.finish();
    report_.entries = spool_->count();
    return {};
  }

  Result<void> take_declared(const Member& member, const MemberPath& path) {
    const PackedFile file{path.root, path.key, path.file, member.bytes};
    TCM_TRY(declared_->go_to(
        file, [this](const ManifestEntry& entry) { return to_.declare(entry); },
        [this](const ManifestEntry& entry) { return note_absent(entry); }));
    const ManifestFile* const declared = declared_->take(file);
    if (declared == nullptr) return corrupt(member.path, "not what the manifest names next");
    if (declared->bytes != file.bytes)
      return corrupt(member.path, fmt::format("{} bytes, where the manifest says {}", file.bytes, declared->bytes));
    hasher_.emplace();
    TCM_TRY(hand_out(file));
    if (hasher_->finish() != declared->digest) return corrupt(member.path, "not the bytes that the manifest says");
    return {};
  }

  Result<void> note_absent(const ManifestEntry& entry) {
    ++report_.absent_total;
    if (report_.absent.size() < kMaxAbsentTold) report_.absent.push_back(entry.key);
    return {};
  }

  Result<void> take_liberally(const Member& member, const MemberPath& path) {
    PackedFile file{path.root, path.key, path.file, member.bytes};
    // What stands before an entry says where it lay for whoever packed it, unless it is a root of a framework's.
    if (!is_root_path(file.root)) file.root.clear();
    if (!key_encoding(file.key) || !is_packed_name(file.name) || !is_packed_root(file.root)) {
      ++report_.other_files;
      return {};
    }
    if (file.bytes > kMaxPackedFile) return corrupt(member.path, fmt::format("{} bytes", file.bytes));
    hasher_.reset();
    return hand_out(file);
  }

  Result<void> hand_out(const PackedFile& file) {
    TCM_ASSIGN(const bool wanted, to_.begin(file));
    ++report_.files;
    report_.bytes += file.bytes;
    TCM_TRY(archive_.read([&](std::string_view piece) -> Result<void> {
      if (hasher_) hasher_->add(piece);
      return wanted ? to_.piece(piece) : Result<void>();
    }));
    if (wanted) TCM_TRY(to_.end());
    if (options_.progress) options_.progress(declared_ ? declared_->position() : 0, report_.bytes);
    return {};
  }

  ArchiveReader& archive_;
  Receiver& to_;
  const PackOptions& options_;
  PackReport report_;
  bool first_ = true;
  std::optional<ManifestSpool> spool_;
  std::optional<Declared> declared_;
  std::optional<util::Sha256Hasher> hasher_;
};

}  // namespace

Result<PackReport> read_pack(ArchiveReader::Source source, Receiver& to, const PackOptions& options) {
  TCM_ASSIGN(ArchiveReader archive, ArchiveReader::open(std::move(source), options.end));
  return PackReading(archive, to, options).run();
}

Result<ManifestSpool> read_manifest(ArchiveReader::Source source) {
  TCM_ASSIGN(ManifestSpool spool, ManifestSpool::create());
  std::array<char, 4096> head{};
  std::size_t size = 0;
  while (size < head.size()) {
    TCM_ASSIGN(const std::size_t got, source(std::span(head).subspan(size)));
    if (got == 0) break;
    size += got;
  }
  std::string_view left(head.data(), size);
  if (left.starts_with('{')) {
    std::vector<char> buffer(std::size_t{64} << 10);
    TCM_TRY(spool.feed(left));
    for (;;) {
      TCM_ASSIGN(const std::size_t got, source(buffer));
      if (got == 0) break;
      TCM_TRY(spool.feed({buffer.data(), got}));
    }
    TCM_TRY(spool.finish());
    return spool;
  }
  TCM_ASSIGN(ArchiveReader archive, ArchiveReader::open([&](std::span<char> buffer) -> Result<std::size_t> {
               if (left.empty()) return source(buffer);
               const std::size_t some = std::min(left.size(), buffer.size());
               std::copy_n(left.data(), some, buffer.data());
               left.remove_prefix(some);
               return some;
             }));
  for (;;) {
    TCM_ASSIGN(const auto member, archive.next());
    if (!member) break;
    const auto path = parse_member(member->path, false);
    if (member->type == Member::Type::directory) continue;
    if (!path || member->type != Member::Type::file || path->file != kManifestName || !path->key.empty()) break;
    TCM_TRY(archive.read([&spool](std::string_view piece) { return spool.feed(piece); }));
    TCM_TRY(spool.finish());
    return spool;
  }
  return corrupt(fmt::format("holds no {}", kManifestName));
}

}  // namespace tcm::cache
