// SPDX-License-Identifier: Apache-2.0
#include "core/util/system/spool.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/util/system/env.hpp"
#include "core/util/system/system_error.hpp"

namespace tcm::util {
namespace {

constexpr std::size_t kWindow = std::size_t{256} << 10;
constexpr std::size_t kLeap = std::size_t{4} << 10;
using Length = std::uint32_t;

// What a full disk does not take stays in memory, up to here: the plan for a million entries.
constexpr std::uint64_t kMostInMemory = std::uint64_t{256} << 20;

std::string directory() {
  if (auto named = get_env("TMPDIR"); named && !named->empty()) return *named;
  return "/tmp";
}

tl::unexpected<Error> refused(int error, const std::string& what) {
  return fail(error_code_of(error), fmt::format("{}: {}; set TMPDIR to another directory", what, error_text(error)));
}

/// Puts the first `size` bytes of the file before `pending`.
Result<void> read_back(int file, std::uint64_t size, std::string& pending) {
  if (size + pending.size() > kMostInMemory) return refused(ENOSPC, "a temporary file cannot be written");
  std::string all(size, '\0');
  std::size_t done = 0;
  while (done < all.size()) {
    const ssize_t got = ::pread(file, all.data() + done, all.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return refused(got < 0 ? errno : EIO, "a temporary file cannot be read");
    done += static_cast<std::size_t>(got);
  }
  pending.insert(0, all);
  return {};
}

}  // namespace

Result<Spool> Spool::create() {
  const std::string where = directory();
  int fd = ::open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    std::string name = where + "/tcm-XXXXXX";
    fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd >= 0) ::unlink(name.c_str());
  }
  if (fd < 0 && is_no_space(errno)) return Spool(Fd());
  if (fd < 0) return refused(errno, where + ": cannot make a temporary file");
  return Spool(Fd(fd));
}

Result<std::uint64_t> Spool::append(std::string_view record) {
  const std::uint64_t position = written_ + pending_.size();
  const auto length = static_cast<Length>(record.size());
  if (length != record.size()) return fail(ErrorCode::failed, "a temporary record is larger than 4 GiB");
  pending_.append(reinterpret_cast<const char*>(&length), sizeof length);
  pending_.append(record);
  ++count_;
  if (pending_.size() >= kWindow) {
    if (auto done = flush(); !done) return fail(std::move(done).error());
  }
  return position;
}

Result<void> Spool::flush() {
  std::size_t done = 0;
  while (file_.valid() && done < pending_.size()) {
    const ssize_t got =
        ::pwrite(file_.get(), pending_.data() + done, pending_.size() - done, static_cast<off_t>(written_ + done));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0 || (got < 0 && is_no_space(errno))) {
      // Gives back what the file took, which is little: it found no room.
      TCM_TRY(read_back(file_.get(), written_, pending_));
      written_ = 0;
      window_.clear();
      file_ = Fd();
      break;
    }
    if (got < 0) return refused(errno, "a temporary file cannot be written");
    done += static_cast<std::size_t>(got);
  }
  if (!file_.valid()) {
    if (pending_.size() <= kMostInMemory) return {};
    return refused(ENOSPC, "a temporary file cannot be written");
  }
  written_ += pending_.size();
  pending_.clear();
  return {};
}

// Reads through a window, so that records in order cost one call for many.
Result<void> Spool::fetch(std::uint64_t position, std::size_t size, std::string& bytes) {
  if (!file_.valid()) {
    if (position + size > pending_.size()) return fail(ErrorCode::failed, "a temporary file ends too early");
    bytes.assign(pending_, position, size);
    return {};
  }
  const bool inside = position >= window_at_ && position + size <= window_at_ + window_.size();
  if (!inside) {
    // Onwards from what was read last is reading in order; anything else is a leap, for which little is read ahead.
    const bool in_order = position == 0 || position == window_at_ + window_.size() ||
                          (position >= window_at_ && position < window_at_ + window_.size());
    window_.resize(std::max(size, in_order ? kWindow : kLeap));
    std::size_t done = 0;
    while (done < window_.size()) {
      const ssize_t got =
          ::pread(file_.get(), window_.data() + done, window_.size() - done, static_cast<off_t>(position + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        window_.clear();
        return refused(errno, "a temporary file cannot be read");
      }
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    window_.resize(done);
    window_at_ = position;
    if (done < size) return fail(ErrorCode::failed, "a temporary file ends too early");
  }
  bytes.assign(window_, position - window_at_, size);
  return {};
}

Result<void> Spool::read(std::uint64_t position, std::string& record) {
  TCM_TRY(flush());
  Length length = 0;
  TCM_TRY(fetch(position, sizeof length, record));
  std::memcpy(&length, record.data(), sizeof length);
  return fetch(position + sizeof length, length, record);
}

Result<void> Spool::for_each(const std::function<Result<void>(std::string_view record)>& each) {
  TCM_TRY(flush());
  std::string record;
  std::uint64_t position = 0;
  for (std::uint64_t i = 0; i < count_; ++i) {
    TCM_TRY(read(position, record));
    position += sizeof(Length) + record.size();
    TCM_TRY(each(record));
  }
  return {};
}

void Packer::number(std::uint64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }

void Packer::text(std::string_view value) {
  number(value.size());
  bytes_.append(value);
}

std::uint64_t Unpacker::number() {
  std::uint64_t value = 0;
  if (rest_.size() < sizeof value) {
    rest_ = {};
    return 0;
  }
  std::memcpy(&value, rest_.data(), sizeof value);
  rest_.remove_prefix(sizeof value);
  return value;
}

std::string Unpacker::text() {
  const std::uint64_t size = std::min<std::uint64_t>(number(), rest_.size());
  std::string value(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return value;
}

}  // namespace tcm::util
