// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/manifest_spool.hpp"

#include <fmt/format.h>

#include "core/util/text/text.hpp"

namespace tcm::cache {

Result<ManifestSpool> ManifestSpool::create() {
  TCM_ASSIGN(util::Spool spool, util::Spool::create());
  return ManifestSpool(std::move(spool));
}

Result<void> ManifestSpool::add(const ManifestEntry& entry) {
  if (last_ && !is_before(*last_, entry))
    return fail(ErrorCode::corrupt, util::escape_control(entry.key) + ": listed twice or out of order");
  last_.emplace();
  last_->root = entry.root;
  last_->key = entry.key;
  const std::string line = manifest_line(entry, true);
  TCM_ASSIGN(const std::uint64_t position, spool_.append(line));
  positions_.push_back(position);
  line_bytes_ += line.size();
  bytes_ += entry.bytes();
  files_ += entry.files.size();
  return {};
}

Result<void> ManifestSpool::feed(std::string_view piece) {
  fed_ += piece.size();
  if (fed_ > kMaxManifestBytes) return fail(ErrorCode::corrupt, "larger than any manifest");
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    held_ += piece.substr(0, end);
    if (held_.size() > kMaxManifestLine) return fail(ErrorCode::corrupt, "a line longer than any of a manifest");
    if (end == std::string_view::npos) return {};
    piece.remove_prefix(end + 1);
    const std::string line = std::exchange(held_, {});
    TCM_TRY(take_line(line));
  }
  return {};
}

Result<void> ManifestSpool::take_line(std::string_view line) {
  line = util::trim(line);
  if (line.empty()) return {};
  if (ended_) return fail(ErrorCode::corrupt, "something follows its end");
  if (!begun_) {
    auto header = parse_manifest_begin(line);
    if (!header) return fail(ErrorCode::corrupt, std::move(header).error());
    header_ = std::move(*header);
    begun_ = true;
    return {};
  }
  if (line == "]}") {
    ended_ = true;
    return {};
  }
  auto entry = parse_manifest_line(line);
  if (!entry) return fail(ErrorCode::corrupt, std::move(entry).error());
  return add(*entry);
}

Result<void> ManifestSpool::finish() {
  if (!held_.empty()) TCM_TRY(take_line(std::exchange(held_, {})));
  if (!ended_) return fail(ErrorCode::corrupt, begun_ ? "cut short" : "not a manifest of tcm");
  return {};
}

Result<std::string> ManifestSpool::line(std::size_t position) {
  std::string text;
  TCM_TRY(spool_.read(positions_[position], text));
  return text;
}

Result<ManifestEntry> ManifestSpool::entry(std::size_t position) {
  TCM_ASSIGN(const std::string text, line(position));
  auto entry = parse_manifest_line(text);
  if (!entry) return fail(ErrorCode::corrupt, std::move(entry).error());
  return std::move(*entry);
}

std::uint64_t ManifestSpool::text_bytes() const {
  const std::uint64_t between = positions_.empty() ? 0 : 2 * (positions_.size() - 1);  // ",\n"
  return manifest_begin(header_).size() + line_bytes_ + between + kManifestEnd.size();
}

Result<void> ManifestSpool::write(const std::function<Result<void>(std::string_view piece)>& to) {
  TCM_TRY(to(manifest_begin(header_)));
  bool first = true;
  TCM_TRY(spool_.for_each([&](std::string_view line) {
    auto written = std::exchange(first, false) ? Result<void>() : to(",\n");
    return written ? to(line) : written;
  }));
  return to(kManifestEnd);
}

}  // namespace tcm::cache
