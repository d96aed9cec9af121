// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/archive_writer.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "core/cache/pack/utf8_names.hpp"

namespace tcm::cache {
namespace {

// A level at which kernels shrink about as far as at twice the time.
constexpr const char* kZstdLevel = "3";
constexpr const char* kGzipLevel = "6";
// Each takes some eight megabytes, and one alone keeps up with a disk.
constexpr unsigned kMaxThreads = 2;
// Tools warn about 0, and nothing is older than a system's own files.
constexpr std::int64_t kTime = 1;
constexpr std::size_t kBlock = std::size_t{64} << 10;

}  // namespace

struct ArchiveWriter::State {
  explicit State(Sink to) : sink(std::move(to)), archive(archive_write_new()), member(archive_entry_new()) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    // Without this, freeing would write the end of an archive that was given up.
    if (archive != nullptr) archive_write_fail(archive);
    archive_write_free(archive);
    archive_entry_free(member);
  }

  static la_ssize_t hand_over(archive* of, void* data, const void* bytes, std::size_t size) {
    auto& state = *static_cast<State*>(data);
    auto written = state.sink({static_cast<const char*>(bytes), size});
    if (written) return static_cast<la_ssize_t>(size);
    state.error = std::move(written).error();
    archive_set_error(of, EIO, "the sink failed");
    return -1;
  }

  tl::unexpected<Error> failure() {
    if (error) return fail(*error);
    const char* text = archive == nullptr ? nullptr : archive_error_string(archive);
    return fail(ErrorCode::failed, fmt::format("cannot write the archive: {}", text == nullptr ? "no memory" : text));
  }

  Result<void> check(la_ssize_t result) {
    if (result >= ARCHIVE_OK) return {};
    return failure();
  }

  Result<void> set_tar() {
    if (archive == nullptr || member == nullptr) return failure();
    return check(archive_write_set_format_pax_restricted(archive));
  }

  Result<void> set_plain() {
    if (archive == nullptr || member == nullptr) return failure();
    return check(archive_write_set_format_raw(archive));
  }

  Result<void> start(Compression compression, unsigned threads) {
    archive_write_set_bytes_in_last_block(archive, 1);
    archive_write_set_bytes_per_block(archive, kBlock);
    if (compression == Compression::gzip) {
      TCM_TRY(check(archive_write_add_filter_gzip(archive)));
      TCM_TRY(check(archive_write_set_filter_option(archive, "gzip", "compression-level", kGzipLevel)));
      TCM_TRY(check(archive_write_set_filter_option(archive, "gzip", "timestamp", nullptr)));
    } else if (compression == Compression::zstd) {
      TCM_TRY(check(archive_write_add_filter_zstd(archive)));
      TCM_TRY(check(archive_write_set_filter_option(archive, "zstd", "compression-level", kZstdLevel)));
      // With any number of threads but none the bytes are the same.
      const std::string number = std::to_string(std::clamp(threads, 1U, kMaxThreads));
      TCM_TRY(check(archive_write_set_filter_option(archive, "zstd", "threads", number.c_str())));
    }
    return check(archive_write_open(archive, this, nullptr, hand_over, nullptr));
  }

  Result<void> begin(const std::string& path, unsigned type, unsigned mode, std::uint64_t bytes) {
    const Utf8Names names;
    archive_entry_clear(member);
    archive_entry_set_pathname(member, path.c_str());
    archive_entry_set_filetype(member, type);
    archive_entry_set_perm(member, static_cast<__LA_MODE_T>(mode));
    archive_entry_set_size(member, static_cast<la_int64_t>(bytes));
    archive_entry_set_mtime(member, kTime, 0);
    archive_entry_set_uid(member, 0);
    archive_entry_set_gid(member, 0);
    return check(archive_write_header(archive, member));
  }

  Sink sink;
  ::archive* archive;
  archive_entry* member;
  std::optional<Error> error;
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveWriter::~ArchiveWriter() = default;
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter& ArchiveWriter::operator=(ArchiveWriter&&) noexcept = default;

Result<ArchiveWriter> ArchiveWriter::open(Compression compression, unsigned threads, Sink sink) {
  auto state = std::make_unique<State>(std::move(sink));
  TCM_TRY(state->set_tar());
  TCM_TRY(state->start(compression, threads));
  return ArchiveWriter(std::move(state));
}

Result<ArchiveWriter> ArchiveWriter::open_plain(Compression compression, unsigned threads, Sink sink) {
  auto state = std::make_unique<State>(std::move(sink));
  TCM_TRY(state->set_plain());
  TCM_TRY(state->start(compression, threads));
  TCM_TRY(state->begin("stream", AE_IFREG, 0644, 0));
  return ArchiveWriter(std::move(state));
}

Result<void> ArchiveWriter::add_directory(const std::string& path) {
  return state_->begin(path.ends_with('/') ? path : path + '/', AE_IFDIR, 0755, 0);
}

Result<void> ArchiveWriter::begin_file(const std::string& path, std::uint64_t bytes) {
  return state_->begin(path, AE_IFREG, 0644, bytes);
}

Result<void> ArchiveWriter::write(std::string_view piece) {
  while (!piece.empty()) {
    const la_ssize_t taken = archive_write_data(state_->archive, piece.data(), piece.size());
    if (taken <= 0) return state_->failure();
    piece.remove_prefix(static_cast<std::size_t>(taken));
  }
  return {};
}

Result<void> ArchiveWriter::close() { return state_->check(archive_write_close(state_->archive)); }

}  // namespace tcm::cache
