// SPDX-License-Identifier: Apache-2.0
#include "core/cache/pack/manifest.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/cache/pack/member_path.hpp"
#include "core/cache/read/entry_files.hpp"
#include "core/util/text/json_text.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cache {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kMaxFact = 4096;  // bytes of a name, an architecture, …

void append_field(std::string& to, std::string_view name, std::string_view text) {
  to += fmt::format(",\"{}\":", name);
  util::append_json_string(to, text, util::JsonEscapes::unprintable);
}

tl::unexpected<std::string> wrong(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

tl::expected<json::object, std::string> parse_object(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return wrong("no JSON: " + error.message());
  if (!value.is_object()) return wrong("no JSON object");
  return std::move(value.get_object());
}

/// The text of a member; nothing when it is of another type, empty when it is not there.
std::optional<std::string> text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr) return std::string();
  const json::string* text = value->if_string();
  if (text == nullptr || text->size() > kMaxFact) return std::nullopt;
  return std::string(text->data(), text->size());
}

std::optional<std::uint64_t> number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr) return std::nullopt;
  if (const auto* number = value->if_int64(); number != nullptr && *number >= 0)
    return static_cast<std::uint64_t>(*number);
  return std::nullopt;
}

tl::expected<ManifestFile, std::string> file_of(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return wrong("a file is no object");
  ManifestFile file;
  const auto name = text_of(*object, "name");
  const auto bytes = number_of(*object, "bytes");
  const auto digest = util::sha256_from_hex(text_of(*object, "sha256").value_or(""));
  if (!name || !is_packed_name(*name)) return wrong("a file has no name that a file can have");
  if (!bytes || *bytes > kMaxPackedFile) return wrong(util::escape_control(*name) + ": no size that a file can have");
  if (!digest) return wrong(util::escape_control(*name) + ": no SHA-256");
  file.name = *name;
  file.bytes = *bytes;
  file.digest = *digest;
  return file;
}

tl::expected<void, std::string> read_files(const json::object& object, ManifestEntry& entry) {
  const json::value* value = object.if_contains("files");
  const json::array* files = value == nullptr ? nullptr : value->if_array();
  if (files == nullptr || files->empty()) return wrong("an entry has no files");
  if (files->size() > kMaxEntryFiles) return wrong("an entry has more files than any has");
  for (const json::value& item : *files) {
    auto file = file_of(item);
    if (!file) return wrong(std::move(file).error());
    if (!entry.files.empty() && entry.files.back().name >= file->name)
      return wrong(util::escape_control(file->name) + ": listed twice or out of order");
    entry.files.push_back(std::move(*file));
  }
  return {};
}

}  // namespace

std::uint64_t ManifestEntry::bytes() const {
  std::uint64_t sum = 0;
  for (const ManifestFile& file : files) sum += file.bytes;
  return sum;
}

bool is_before(const ManifestEntry& a, const ManifestEntry& b) {
  return a.root != b.root ? a.root < b.root : a.key < b.key;
}

std::string manifest_begin(const ManifestHeader& header) {
  std::string line = fmt::format("{{\"tcm_manifest\":{}", kManifestVersion);
  append_field(line, "tool", header.tool);
  append_field(line, "layout", model::to_string(header.layout));
  append_field(line, "path", header.path);
  return line + ",\"entries\":[\n";
}

std::string manifest_line(const ManifestEntry& entry, bool first) {
  std::string line = first ? "{\"key\":" : ",\n{\"key\":";
  util::append_json_string(line, entry.key, util::JsonEscapes::unprintable);
  if (!entry.root.empty()) append_field(line, "root", entry.root);
  append_field(line, "kind", model::to_string(entry.kind));
  append_field(line, "name", entry.name);
  append_field(line, "backend", entry.backend);
  append_field(line, "arch", entry.arch);
  append_field(line, "triton", entry.triton_version);
  line += ",\"files\":[";
  for (const ManifestFile& file : entry.files) {
    if (line.back() != '[') line += ',';
    line += "{\"name\":";
    util::append_json_string(line, file.name, util::JsonEscapes::unprintable);
    line += fmt::format(",\"bytes\":{},\"sha256\":\"{}\"}}", file.bytes, util::hex_of(file.digest));
  }
  return line + "]}";
}

tl::expected<ManifestHeader, std::string> parse_manifest_begin(std::string_view line) {
  line = util::trim(line);
  if (!line.ends_with('[')) return wrong("not a manifest of tcm");
  auto object = parse_object(std::string(line) + "]}");
  if (!object) return wrong(std::move(object).error());
  const auto version = number_of(*object, "tcm_manifest");
  if (!version) return wrong("not a manifest of tcm");
  if (*version != kManifestVersion)
    return wrong(fmt::format("of version {}; this tcm reads version {}: use a newer one", *version, kManifestVersion));
  ManifestHeader header;
  const auto layout = model::value_of<model::Layout>(model::kLayouts, text_of(*object, "layout").value_or(""));
  const auto path = text_of(*object, "path");
  if (!layout) return wrong("its layout is none that is known");
  if (!path) return wrong("its path is no text");
  header.layout = *layout;
  header.path = *path;
  header.tool = text_of(*object, "tool").value_or("");
  return header;
}

tl::expected<ManifestEntry, std::string> parse_manifest_line(std::string_view line) {
  line = util::trim(line);
  if (line.ends_with(',')) line.remove_suffix(1);
  auto object = parse_object(line);
  if (!object) return wrong(std::move(object).error());
  ManifestEntry entry;
  const auto key = text_of(*object, "key");
  const auto root = text_of(*object, "root");
  if (!key || !is_packed_name(*key)) return wrong("an entry has no key that an entry can have");
  if (!root || !is_packed_root(*root)) return wrong(util::escape_control(*key) + ": lies in no root");
  entry.key = *key;
  entry.root = *root;
  const auto kind = model::value_of<model::EntryKind>(model::kEntryKinds, text_of(*object, "kind").value_or(""));
  entry.kind = kind.value_or(model::EntryKind::foreign);
  entry.name = text_of(*object, "name").value_or("");
  entry.backend = text_of(*object, "backend").value_or("");
  entry.arch = text_of(*object, "arch").value_or("");
  entry.triton_version = text_of(*object, "triton").value_or("");
  if (auto read = read_files(*object, entry); !read)
    return wrong(util::escape_control(entry.key) + ": " + std::move(read).error());
  return entry;
}

}  // namespace tcm::cache
