// SPDX-License-Identifier: Apache-2.0
#include "core/service/verify/file_check.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/cache/format/file_names.hpp"
#include "core/cache/format/json_reader.hpp"
#include "core/cache/format/metadata.hpp"
#include "core/disk/directory.hpp"
#include "core/service/binary_check.hpp"
#include "core/util/system/system_error.hpp"
#include "core/util/text/text.hpp"
#include "core/util/text/utf8.hpp"

namespace tcm::service {
namespace {

using cache::FileDamage;
using cache::FindingId;

// Beyond this a thread keeps no buffer: the next kernel is small again.
constexpr std::size_t kKeptBuffer = std::size_t{1} << 20;

class FileCheck {
 public:
  FileCheck(int entry, const cache::KernelOnDisk& kernel, const Backends& backends, util::ByteBudget& memory)
      : entry_(entry), kernel_(kernel), backends_(backends), memory_(memory) {}

  std::optional<FileDamage> run() {
    for (const cache::ListedFile& file : kernel_.files)
      if (file.role == cache::HitRole::binary)
        if (auto damage = with_bytes(file, [&](const std::string& bytes) { return binary(file, bytes); }))
          return damage;
    for (const cache::ListedFile& file : kernel_.files)
      if (is_text(file))
        if (auto damage = with_bytes(file, [&](const std::string& bytes) { return text(file, bytes); })) return damage;
    return unchecked_;
  }

 private:
  bool is_text(const cache::ListedFile& file) const {
    if (file.role != cache::HitRole::dispensable) return false;
    const cache::FileType* type =
        backends_.naming().types().find(kernel_.metadata.backend, cache::extension_of(file.file));
    return type != nullptr && type->kind != model::ArtifactKind::binary && type->kind != model::ArtifactKind::metadata;
  }

  template <class Check>
  std::optional<FileDamage> with_bytes(const cache::ListedFile& file, const Check& check) {
    thread_local std::string bytes;
    // What is empty is told by its size, what is not there by the group.
    if (file.at_path != cache::FileState::present && file.at_name != cache::FileState::present) return std::nullopt;
    const std::string& name = file.at_path == cache::FileState::present ? file.file : file.name;
    disk::Node node;
    if (disk::stat_at(entry_, name.c_str(), node) != 0) return std::nullopt;
    if (node.bytes > kMaxArtifactBytes) {
      if (!unchecked_)
        unchecked_ =
            FileDamage{FindingId::unchecked, util::escape_control(name), fmt::format("{} bytes, not read", node.bytes)};
      return std::nullopt;
    }
    const auto size = static_cast<std::size_t>(node.bytes);
    const util::ByteBudget::Share share = memory_.take(std::max(size, kKeptBuffer));
    const disk::ReadOutcome outcome = disk::read_file_at(entry_, name.c_str(), size, bytes);
    std::optional<FileDamage> damage;
    if (outcome.status == disk::ReadStatus::ok)
      damage = check(bytes);
    else if (outcome.status == disk::ReadStatus::failed && outcome.error != ENOENT)
      damage =
          FileDamage{FindingId::unreadable, util::escape_control(name), std::string(util::error_text(outcome.error))};
    if (bytes.capacity() > kKeptBuffer) bytes = std::string();
    return damage;
  }

  std::optional<FileDamage> binary(const cache::ListedFile& file, const std::string& bytes) {
    const BinaryAnswer answer = check_binary(backends_.registry(), record(), file.file, bytes, file.file);
    // What a group lists as the binary is one, or it cannot be loaded.
    if (!answer.damaged && !answer.other_format) return std::nullopt;
    std::string name = util::escape_control(file.file);
    // "<file>: <what>"
    std::string what = answer.detail.substr(std::min(answer.detail.size(), name.size() + 2));
    return FileDamage{answer.truncated ? FindingId::binary_truncated : FindingId::binary_malformed, std::move(name),
                      std::move(what)};
  }

  static std::optional<FileDamage> text(const cache::ListedFile& file, const std::string& bytes) {
    if (util::is_valid_utf8(bytes)) return std::nullopt;
    return FileDamage{FindingId::text_not_utf8, util::escape_control(file.file), "not UTF-8"};
  }

  /// The kernel as a backend is asked about it.
  const model::Record& record() {
    if (std::exchange(has_record_, true)) return record_;
    if (auto metadata = cache::parse_metadata(kernel_.metadata_json)) {
      record_.facts = std::move(metadata->facts);
      const cache::Naming& naming = backends_.naming();
      if (!metadata->arch_json.empty() && naming.arch_of)
        record_.facts.arch = naming.arch_of(record_.facts.backend, metadata->arch_json);
      // Backends get what is JSON for everybody, not for Python alone.
      record_.facts.metadata =
          cache::without_number_words(kernel_.metadata_json, "null").value_or(kernel_.metadata_json);
    }
    record_.facts.backend = kernel_.metadata.backend;
    return record_;
  }

  int entry_;
  const cache::KernelOnDisk& kernel_;
  const Backends& backends_;
  util::ByteBudget& memory_;
  model::Record record_;
  bool has_record_ = false;
  std::optional<FileDamage> unchecked_;  ///< the first that is too large to be read
};

}  // namespace

std::optional<FileDamage> check_files(int entry, const cache::KernelOnDisk& kernel, const Backends& backends,
                                      util::ByteBudget& memory) {
  return FileCheck(entry, kernel, backends, memory).run();
}

}  // namespace tcm::service
