// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/archive_reader.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "core/cache/pack/utf8_names.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10;
// Kernels shrink to a fifth, mostly. What grows a thousandfold was made to fill a disk.
constexpr std::uint64_t kMaxRatio = 1000;
constexpr std::uint64_t kRatioFrom = std::uint64_t{64} << 20;
// Two blocks of zeros end a tar.
constexpr std::uint64_t kEndMark = 1024;
constexpr std::uint64_t kTarBlock = 512;

std::string_view name_of(archive_entry* member) {
  if (archive_entry_hardlink(member) != nullptr) return "a hard link";
  switch (archive_entry_filetype(member)) {
    case AE_IFLNK: return "a symbolic link";
    case AE_IFCHR:
    case AE_IFBLK: return "a device";
    case AE_IFIFO: return "a pipe";
    case AE_IFSOCK: return "a socket";
    default: return "neither a file nor a directory";
  }
}

std::string reason_of(archive* of) {
  const char* text = archive_error_string(of);
  return text == nullptr ? "damaged" : util::escape_control(text);
}

}  // namespace

/// Two readers of libarchive, one behind the other: what decompresses, and what parses the tar that comes out. So it is
/// seen what each of them left unread.
struct ArchiveReader::State {
  State(Source from, TarEnd tar_end)
      : source(std::move(from)), end(tar_end), packed(archive_read_new()), tar(archive_read_new()), buffer(kBlock) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    archive_read_free(tar);
    archive_read_free(packed);
  }

  static la_ssize_t fill(archive* of, void* data, const void** bytes) {
    auto& state = *static_cast<State*>(data);
    auto got = state.source(state.buffer);
    if (!got) {
      state.error = std::move(got).error();
      archive_set_error(of, EIO, "the source failed");
      return -1;
    }
    state.taken += *got;
    *bytes = state.buffer.data();
    return static_cast<la_ssize_t>(*got);
  }

  static la_ssize_t unpack(archive* of, void* data, const void** bytes) {
    auto& state = *static_cast<State*>(data);
    const la_ssize_t got = state.unpack_some(bytes);
    if (got < 0) archive_set_error(of, EIO, "%s", state.error ? state.error->message.c_str() : "damaged");
    return got;
  }

  la_ssize_t unpack_some(const void** bytes) {
    std::size_t size = 0;
    la_int64_t offset = 0;
    int result = ARCHIVE_OK;
    do result = archive_read_data_block(packed, bytes, &size, &offset);
    while (result == ARCHIVE_OK && size == 0);
    if (result == ARCHIVE_EOF) return end == TarEnd::optional ? append_end(bytes) : 0;
    if (result != ARCHIVE_OK) {
      if (!error) error = Error{ErrorCode::corrupt, reason_of(packed)};
      return -1;
    }
    unpacked += size;
    if (unpacked > kRatioFrom && unpacked / kMaxRatio > taken) {
      error = Error{ErrorCode::corrupt, "unpacks to more than a cache can have been packed from"};
      return -1;
    }
    note_zeros({static_cast<const char*>(*bytes), size});
    return static_cast<la_ssize_t>(size);
  }

  /// What a writer left out that stopped after the bytes of its last file: the rest of a block, and the end.
  la_ssize_t append_end(const void** bytes) {
    static constexpr std::array<char, kTarBlock + kEndMark> kZeros{};
    if (appended > 0) return 0;
    appended = kEndMark + (kTarBlock - unpacked % kTarBlock) % kTarBlock;
    zeros_at_end += appended;
    *bytes = kZeros.data();
    return static_cast<la_ssize_t>(appended);
  }

  void note_zeros(std::string_view piece) {
    const auto last = std::find_if(piece.rbegin(), piece.rend(), [](char c) { return c != '\0'; });
    const auto zeros = static_cast<std::uint64_t>(last - piece.rbegin());
    zeros_at_end = zeros == piece.size() ? zeros_at_end + zeros : zeros;
  }

  tl::unexpected<Error> failure(archive* of) {
    if (error) return fail(*error);
    return fail(ErrorCode::corrupt, reason_of(of));
  }

  Result<void> start() {
    if (packed == nullptr || tar == nullptr) return fail(ErrorCode::failed, "no memory");
    archive_read_support_filter_gzip(packed);
    archive_read_support_filter_zstd(packed);
    archive_read_support_format_raw(packed);
    archive_read_support_format_empty(packed);
    archive_read_support_format_tar(tar);
    archive_read_support_format_empty(tar);
    archive_entry* content = nullptr;
    if (archive_read_open(packed, this, nullptr, fill, nullptr) != ARCHIVE_OK) return failure(packed);
    if (const int result = archive_read_next_header(packed, &content); result == ARCHIVE_EOF)
      return fail(ErrorCode::corrupt, "empty");
    else if (result != ARCHIVE_OK)
      return failure(packed);
    if (archive_read_open(tar, this, nullptr, unpack, nullptr) != ARCHIVE_OK) return failure(tar);
    return {};
  }

  /// Once the tar is at its end: nothing but zeros follows in it, and nothing behind what was compressed.
  Result<void> drain() {
    for (;;) {
      const void* bytes = nullptr;
      const std::uint64_t before = zeros_at_end;
      const la_ssize_t got = unpack_some(&bytes);
      if (got < 0) return failure(packed);
      if (got == 0) break;
      if (zeros_at_end != before + static_cast<std::uint64_t>(got))
        return fail(ErrorCode::corrupt, "something follows the end of the archive");
    }
    const auto parsed = static_cast<std::uint64_t>(archive_filter_bytes(tar, 0));
    if (unpacked + appended > parsed && unpacked + appended - parsed > zeros_at_end)
      return fail(ErrorCode::corrupt, "something follows the end of the archive");
    if (zeros_at_end < kEndMark) return fail(ErrorCode::corrupt, "cut short: it has no end");
    if (static_cast<std::uint64_t>(archive_filter_bytes(packed, -1)) != taken)
      return fail(ErrorCode::corrupt, "something follows the end of the archive");
    return {};
  }

  Source source;
  TarEnd end;
  archive* packed;
  archive* tar;
  std::vector<char> buffer;
  std::optional<Error> error;
  std::uint64_t taken = 0;
  std::uint64_t unpacked = 0;
  std::uint64_t appended = 0;  ///< of the end that it lacks
  std::uint64_t zeros_at_end = 0;
  std::uint64_t member_bytes = 0;
  std::uint64_t member_at = 0;  ///< where its bytes begin
};

ArchiveReader::ArchiveReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveReader::~ArchiveReader() = default;
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader& ArchiveReader::operator=(ArchiveReader&&) noexcept = default;

Result<ArchiveReader> ArchiveReader::open(Source source, TarEnd end) {
  auto state = std::make_unique<State>(std::move(source), end);
  TCM_TRY(state->start());
  return ArchiveReader(std::move(state));
}

Result<std::optional<Member>> ArchiveReader::next() {
  const Utf8Names names;
  archive_entry* found = nullptr;
  const int result = archive_read_next_header(state_->tar, &found);
  if (result == ARCHIVE_EOF) {
    TCM_TRY(state_->drain());
    return std::optional<Member>();
  }
  // A warning is about a name or a number that could not be understood.
  if (result != ARCHIVE_OK) return state_->failure(state_->tar);
  Member member;
  const char* path = archive_entry_pathname(found);
  if (path == nullptr) return fail(ErrorCode::corrupt, "a member without a name");
  member.path = path;
  const bool is_link = archive_entry_hardlink(found) != nullptr;
  if (!is_link && archive_entry_filetype(found) == AE_IFREG) {
    const la_int64_t size = archive_entry_size(found);
    if (size < 0 || archive_entry_size_is_set(found) == 0)
      return fail(ErrorCode::corrupt, util::escape_control(member.path) + ": a file without a size");
    member.bytes = static_cast<std::uint64_t>(size);
    if (archive_entry_sparse_count(found) > 0) {
      member.type = Member::Type::other;
      member.what = "a sparse file";
    }
  } else if (!is_link && archive_entry_filetype(found) == AE_IFDIR) {
    member.type = Member::Type::directory;
  } else {
    member.type = Member::Type::other;
    member.what = name_of(found);
  }
  state_->member_bytes = member.bytes;
  state_->member_at = static_cast<std::uint64_t>(archive_filter_bytes(state_->tar, 0));
  return std::optional<Member>(std::move(member));
}

Result<void> ArchiveReader::read(const std::function<Result<void>(std::string_view piece)>& each) {
  std::uint64_t done = 0;
  for (;;) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(state_->tar, &bytes, &size, &offset);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK) return state_->failure(state_->tar);
    if (size == 0) continue;
    if (static_cast<std::uint64_t>(offset) != done || size > state_->member_bytes - done)
      return fail(ErrorCode::corrupt, "a file with other bytes than it says");
    done += size;
    TCM_TRY(each({static_cast<const char*>(bytes), size}));
  }
  // None of its bytes is one that was appended.
  const bool is_whole = state_->member_at + state_->member_bytes <= state_->unpacked;
  if (done != state_->member_bytes || !is_whole) return fail(ErrorCode::corrupt, "a file is cut short");
  return {};
}

std::uint64_t ArchiveReader::taken() const { return state_->taken; }

}  // namespace tcm::cache
