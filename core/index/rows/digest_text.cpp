// SPDX-License-Identifier: Apache-2.0
#include "core/index/rows/digest_text.hpp"

#include <iterator>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/index/rows/escaped_text.hpp"
#include "core/util/sha256.hpp"

namespace tcm::index {
namespace {

namespace json = boost::json;

std::optional<model::FileDigest> digest_of(const json::value& value) {
  const json::array* fields = value.if_array();
  if (fields == nullptr || fields->size() != 5) return std::nullopt;
  const json::string* name = (*fields)[0].if_string();
  const json::string* sha256 = (*fields)[4].if_string();
  if (name == nullptr || sha256 == nullptr) return std::nullopt;
  json::error_code no_bytes;
  json::error_code no_inode;
  json::error_code no_time;
  model::FileDigest digest;
  digest.bytes = (*fields)[1].to_number<std::uint64_t>(no_bytes);
  digest.inode = (*fields)[2].to_number<std::uint64_t>(no_inode);
  digest.mtime_ns = (*fields)[3].to_number<std::int64_t>(no_time);
  auto plain_name = unescaped(*name);
  const auto bytes = util::sha256_from_hex(*sha256);
  if (no_bytes || no_inode || no_time || !plain_name || !bytes) return std::nullopt;
  digest.file = std::move(*plain_name);
  digest.sha256 = *bytes;
  return digest;
}

}  // namespace

std::string pack_digests(const std::vector<model::FileDigest>& files) {
  std::string out = "[";
  for (const model::FileDigest& file : files) {
    out += out.size() > 1 ? ",[\"" : "[\"";
    append_escaped(out, file.file);
    fmt::format_to(std::back_inserter(out), "\",{},{},{},\"{}\"]", file.bytes, file.inode, file.mtime_ns,
                   util::hex_of(file.sha256));
  }
  out += ']';
  return out;
}

std::optional<std::vector<model::FileDigest>> unpack_digests(std::string_view text) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_array()) return std::nullopt;
  std::vector<model::FileDigest> files;
  files.reserve(value.get_array().size());
  for (const json::value& item : value.get_array()) {
    auto file = digest_of(item);
    if (!file) return std::nullopt;
    files.push_back(std::move(*file));
  }
  return files;
}

}  // namespace tcm::index
