// SPDX-License-Identifier: Apache-2.0
#include "core/service/compare/entry_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include <fmt/format.h>

#include "core/cache/read/root.hpp"
#include "core/service/query/entry_words.hpp"
#include "core/util/text/bytes.hpp"
#include "core/util/text/text.hpp"

namespace tcm::service {
namespace {

using Meaning = bool (*)(const model::Artifact&, std::string_view word);

// The first that finds a file counts.
constexpr std::array<Meaning, 3> kMeanings{
    [](const model::Artifact& artifact, std::string_view word) { return artifact.name == word; },
    [](const model::Artifact& artifact, std::string_view word) { return artifact.type == word; },
    [](const model::Artifact& artifact, std::string_view word) { return to_string(artifact.kind) == word; }};

std::vector<EntryFile> meant_by(const std::vector<RecordFiles>& records, std::string_view word, Meaning meaning) {
  std::vector<EntryFile> found;
  for (const RecordFiles& record : records)
    for (const model::Artifact& artifact : *record.artifacts)
      if (meaning(artifact, word)) found.push_back({record.root, record.key, artifact});
  return found;
}

/// "ttir, ttgir, …": at most a line of them.
std::string listed(const std::set<std::string>& words) {
  constexpr std::size_t kNamed = 12;
  std::string text;
  std::size_t named = 0;
  for (const std::string& word : words) {
    if (named++ == kNamed) return text + ", …";
    text += (text.empty() ? "" : ", ") + util::escape_control(word);
  }
  return text;
}

Error no_such_file(const std::vector<RecordFiles>& records, std::string_view word) {
  std::set<std::string> types;
  for (const RecordFiles& record : records)
    for (const model::Artifact& artifact : *record.artifacts)
      types.insert(artifact.type.empty() ? artifact.name : artifact.type);
  const std::string key = records.empty() ? std::string() : util::escape_control(records.front().key);
  return {ErrorCode::missing, types.empty() ? fmt::format("{} has no files", key)
                                            : fmt::format("{} has no file '{}'; it has {}", key,
                                                          util::escape_control(word), listed(types))};
}

Error several_files(const std::vector<EntryFile>& found, std::string_view word) {
  std::set<std::string> names;
  for (const EntryFile& file : found) names.insert(file.artifact.name);
  const std::string key = util::escape_control(found.front().key);
  return {ErrorCode::usage, names.size() > 1
                                ? fmt::format("--file: '{}' means several files of {}: {}", util::escape_control(word),
                                              key, listed(names))
                                : fmt::format("{} lies in several roots; give the path of one, such as {}", key,
                                              util::escape_control(entry_path(found.front().root, found.front().key)))};
}

Error unreadable(const EntryFile& file, const Error& why) {
  return {why.code, fmt::format("{}: {}; `tcm index` brings the index up to date", util::escape_control(file.path()),
                                why.message)};
}

}  // namespace

std::string EntryFile::path() const { return entry_path(root, key) + "/" + artifact.name; }

Result<EntryFile> find_entry_file(const std::vector<RecordFiles>& records, std::string_view word) {
  for (const Meaning meaning : kMeanings) {
    std::vector<EntryFile> found = meant_by(records, word, meaning);
    if (found.empty()) continue;
    if (found.size() > 1) return fail(several_files(found, word));
    if (found.front().root.empty())
      return fail(ErrorCode::missing, fmt::format("{} lies on another host only; its files cannot be read here",
                                                  util::escape_control(found.front().key)));
    return std::move(found.front());
  }
  return fail(no_such_file(records, word));
}

Result<void> read_entry_file(const EntryFile& file, const std::function<void(std::string_view piece)>& each) {
  TCM_ASSIGN(const cache::Root root, cache::Root::open(file.root));
  if (auto read = root.read_in_pieces(file.key, file.artifact.name, UINT64_MAX, each); !read)
    return fail(unreadable(file, read.error()));
  return {};
}

Result<std::string> load_entry_file(const EntryFile& file, std::size_t limit) {
  if (file.artifact.bytes > limit)
    return fail(ErrorCode::failed, fmt::format("{}: over {}, too large to be compared line by line",
                                               util::escape_control(file.path()), util::format_bytes(limit)));
  TCM_ASSIGN(const cache::Root root, cache::Root::open(file.root));
  std::string text;
  if (const auto read = root.read_artifact(file.key, file.artifact.name, limit, text); !read)
    return fail(unreadable(file, read.error()));
  return text;
}

}  // namespace tcm::service
